import FoundationEssentials
import Glibc

/// A few hosts of a test's own: network namespaces, joined by a switch in one more.
///
/// The machine's own network has no part in it: nothing that is broken here is anybody else's.
struct Network: Sendable {
  let hosts: [NetworkHost]

  /// Makes so many hosts, which are removed with the test, however it ends.
  static func make(_ count: Int, in rig: Rig) async throws -> Network {
    let name = "\(prefix)\(getpid())-\(UInt16.random(in: .min ... .max))"
    try await removeStale(in: rig)
    let hub = "\(name)-switch"
    let hosts = (1...count).map { NetworkHost(namespace: "\(name)-h\($0)", number: $0) }
    rig.atEnd {
      for namespace in hosts.map(\.namespace) + [hub] { unlink(namespace) }
    }
    var script = "netns add \(hub)\n"
    for host in hosts { script += "netns add \(host.namespace)\n" }
    try await ip(["-batch", "-"], input: script, in: rig)
    var cables = "link add hub type bridge\nlink set hub up\n"
    for host in hosts {
      cables +=
        "link add port\(host.number) type veth peer name \(NetworkHost.interface) "
        + "netns \(host.namespace)\nlink set port\(host.number) master hub up\n"
    }
    try await ip(["-n", hub, "-batch", "-"], input: cables, in: rig)
    for host in hosts {
      try await ip(["-n", host.namespace, "-batch", "-"], input: host.configuration, in: rig)
    }
    let network = Network(hosts: hosts)
    // The kernel brings cables into service when it has time.
    let isUp = try await eventually(within: .seconds(10)) {
      try await network.openWays() == allWays(count)
    }
    guard isUp else { throw NetworkProblem(errors: "it does not carry datagrams") }
    return network
  }

  private static let prefix = "jenner-test-"
  private static let folder = "/run/netns"

  /// What a run of the tests that was killed has left: its process is gone.
  private static func removeStale(in rig: Rig) async throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(prefix) {
      let pid = name.dropFirst(prefix.count).prefix { $0 != "-" }
      if let pid = Int32(pid), kill(pid, 0) == -1, errno == ESRCH { unlink(name) }
    }
  }

  /// Takes a namespace's name away, as `ip netns delete` does; with its last process it is gone.
  private static func unlink(_ namespace: String) {
    let path = "\(folder)/\(namespace)"
    umount2(path, Int32(MNT_DETACH))
    Glibc.unlink(path)
  }

  private static func ip(_ arguments: [String], input: String, in rig: Rig) async throws {
    let result = try await rig.output(of: [try Tool.ip.required()] + arguments, input: input)
    guard result.isSuccess else { throw NetworkProblem(errors: result.errors) }
  }
}

/// A network that could not be made.
struct NetworkProblem: Error, CustomStringConvertible {
  var errors: String

  var description: String { "the test's network can't be made: \(errors)" }
}
