import Glibc
import Linux

/// A kill in the middle of a run on a host where others have stopped, traced and configured things.
struct ForeignStateCase: Codable {
  var kill: KillCase

  func perform(in place: Place) throws -> JobResult {
    let foreigners = try Foreigners(in: place)
    defer { foreigners.end() }
    place.forgetPicture()
    var result = try kill.perform(in: place)
    result.problems += try foreigners.differences()
    return result
  }
}

/// What others have done to a host, of every kind that a fault may use itself.
private final class Foreigners {
  private static let table = """
    add table inet foreign {
      set peers { type ipv4_addr; elements = { 192.0.2.1 }; }
      chain input { type filter hook input priority 0; ip saddr @peers counter drop; }
    }
    add table ip foreign {
      chain output { type nat hook output priority -100; tcp dport 4999 redirect to :4998; }
    }
    add table netdev foreign {
      chain out { type filter hook egress device "lo" priority 0; meta mark 0x4999 counter; }
    }
    """

  private static let commands = [
    ["ip", "link", "add", "foreign0", "type", "veth", "peer", "name", "foreign1"],
    ["ip", "link", "set", "foreign0", "up"],
    [
      "tc", "qdisc", "add", "dev", "foreign0", "root", "tbf", "rate", "1mbit", "burst", "32k",
      "latency", "400ms",
    ],
    ["ip", "link", "add", "foreign2", "type", "ifb"],
    ["ip", "link", "set", "foreign2", "up"],
    ["tc", "qdisc", "add", "dev", "foreign2", "root", "pfifo", "limit", "7"],
    ["tc", "qdisc", "add", "dev", "lo", "clsact"],
    ["nft", table],
  ]

  private static let undoing = [
    ["ip", "link", "del", "foreign0"], ["ip", "link", "del", "foreign2"],
    ["tc", "qdisc", "del", "dev", "lo", "clsact"],
    ["nft", "delete table inet foreign; delete table ip foreign; delete table netdev foreign"],
  ]

  private let place: Place
  private let stopped: Target
  private let traced: Target
  private let tables: String
  private let queues: String
  private let cgroup: Cgroup

  init(in place: Place) throws {
    self.place = place
    stopped = try Target(name: "foreign-stopped")
    Glibc.kill(stopped.pid, SIGSTOP)
    traced = try Target(name: "foreign-traced", isTraced: true)
    cgroup = try Cgroup(making: place.inner.folder + "-foreign")
    for command in Self.commands {
      let result = try Tool.run(command)
      guard result.status == 0 else {
        throw SystemError("\(command.joined(separator: " ")): \(result.output)", code: EIO)
      }
    }
    tables = try Self.tables()
    queues = try Self.queues()
  }

  /// What has changed of it, byte by byte.
  func differences() throws -> [String] {
    var problems: [String] = []
    if try !stopped.isHeld() { problems.append("a process that another had stopped goes on") }
    if try !traced.isAlive() { problems.append("a process that another traces has ended") }
    let tracer = ProcFile.text("/proc/\(traced.pid)/status")
    if tracer.contains("TracerPid:\t0\n") { problems.append("another's tracer was shaken off") }
    if try Self.tables() != tables { problems.append("nft: \(try Self.tables())") }
    if try Self.queues() != queues { problems.append("tc and ip: \(try Self.queues())") }
    if access(cgroup.folder, F_OK) != 0 { problems.append("another's cgroup is gone") }
    return problems
  }

  func end() {
    stopped.end()
    traced.end()
    cgroup.remove()
    for command in Self.undoing { _ = try? Tool.run(command) }
    place.forgetPicture()
  }

  private static func tables() throws -> String {
    try Tool.run(["nft", "-s", "list", "ruleset"]).output
  }

  private static func queues() throws -> String {
    try Tool.run(["tc", "qdisc"]).output + Tool.run(["ip", "-o", "link"]).output
  }
}
