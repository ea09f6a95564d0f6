import CLinux
import Glibc

/// A host of a test's network: a network namespace with one interface.
struct NetworkHost: Sendable, Hashable {
  static let interface = "eth0"

  let namespace: String
  let number: Int

  var address: String { "10.77.0.\(number)" }
  var longAddress: String { "fd77::\(number)" }

  /// Puts a command into this host's network, and only that: files and processes are the machine's.
  var entering: [String] { ["nsenter", "--net=/run/netns/\(namespace)"] }

  /// The words for ip(8) that make it a host.
  ///
  /// Addresses that the kernel makes up itself would come into force some seconds later, in the middle
  /// of a test.
  var configuration: String {
    """
    link set lo up
    link set \(Self.interface) addrgenmode none
    addr add \(address)/24 dev \(Self.interface)
    addr add \(longAddress)/64 dev \(Self.interface) nodad
    link set \(Self.interface) up

    """
  }

  /// Runs a program in its network.
  @discardableResult
  func output(
    of arguments: [String], input: String = "", in rig: Rig
  ) async throws -> CommandOutput {
    try await rig.output(of: entering + arguments, input: input)
  }

  /// Everything of its network that a fault could leave changed, as the tools show it.
  func picture(in rig: Rig) async throws -> String {
    let commands = [
      "nft list ruleset", "tc qdisc show", "ip -o link show", "ip -o address show",
      "ip route show table all", "ip -6 route show table all", "ip rule show",
    ]
    let result = try await output(
      of: ["sh", "-c", commands.joined(separator: " && ")], in: rig)
    guard result.isSuccess else { throw NetworkProblem(errors: result.errors) }
    return result.text
  }

  /// Does something on this thread while it is in the host's network; sockets made there stay there.
  func within<Result>(_ body: () throws -> Result) throws -> Result {
    // Once the thread is elsewhere, only an open file still leads back.
    let own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)
    guard own >= 0 else { throw SocketError(call: "open", status: errno) }
    defer { close(own) }
    try Self.enter("/run/netns/\(namespace)")
    defer {
      // Nothing of the tests may go on in a network that it did not choose.
      do { try Self.enter("/proc/self/fd/\(own)") } catch { fatalError("\(error)") }
    }
    return try body()
  }

  private static func enter(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0, jenner_enter_network(path, UInt64(status.st_ino)) == 0 else {
      throw SocketError(call: "setns", status: errno)
    }
  }
}
