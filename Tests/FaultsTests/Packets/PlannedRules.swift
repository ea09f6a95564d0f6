public import Model
import Testing

@testable import Faults

/// A host whose kernel takes every rule, or complains as a test says.
final class WillingHost: Host, @unchecked Sendable {
  // Each test has a host of its own and uses it on one thread.
  var results: [String: CommandResult] = [:]
  var files: [String: String] = [:]
  private(set) var checked: [Command] = []

  func processes() throws(HostError) -> [ProcessFacts] { [] }
  func process(_ pid: Int32) -> ProcessFacts? { nil }
  func threadStates(of pid: Int32) -> [String] { [] }
  func listeners(on port: Int) throws(HostError) -> [Int32] { [] }
  func contents(of path: String) throws(HostError) -> String {
    if let text = files[path] { return text }
    if path == "/etc/resolv.conf" { return "search a\nnameserver 192.0.2.53\nnameserver ::1\n" }
    return path.hasSuffix("if_inet6") ? "a line" : ""
  }
  func check(_ command: Command) -> CommandResult {
    checked.append(command)
    // A tool that is tried in a network of its own stands behind `unshare --net`.
    let tool = command.argv[0] == "unshare" ? command.argv[2] : command.argv[0]
    return results[tool] ?? CommandResult(ending: .exited(0))
  }
}

extension AddressRange: ExpressibleByStringLiteral {
  public init(stringLiteral text: String) {
    self = AddressRange(text) ?? AddressRange(.loopbackV4)
  }
}

extension Traffic {
  /// What goes to a database on another host.
  static func toDatabase(_ direction: TrafficDirection = .out) -> Traffic {
    Traffic(
      direction: direction,
      conversations: [
        Conversation(remote: ["10.0.0.2"], remotePorts: [PortRange(5432, 5432)].compactMap(\.self))
      ], interfaces: ["eth0"], includesLoopback: true)
  }
}

/// The rules of a fault, read from its parameters.
func rules<F: NetworkFault>(
  of type: F.Type, _ parameters: JSON = [:], into traffic: Traffic = .toDatabase(),
  step: Int = 0, beside neighbours: [NetworkSetting.Neighbour] = [], linkCount: Int = 0,
  on host: WillingHost = WillingHost()
) throws -> NetworkRules {
  let (fault, problems) = read(type, parameters)
  #expect(problems.isEmpty)
  let injection = try #require(fault).injection(
    into: traffic,
    in: NetworkSetting(step: step, neighbours: neighbours, linkCount: linkCount, host: host))
  #expect(injection.undoClass == .kernel)
  #expect(injection.needsHolder)
  return try #require(injection.rules)
}

extension NetworkRules {
  /// The rules alone, each as chain and text, the table left out.
  var lines: [String] {
    script.filter { $0.hasPrefix("add rule ") }.map { line in
      line.split(separator: " ").dropFirst(4).joined(separator: " ")
    }
  }

  /// Those of the rules that select packets on their way out or in.
  var selecting: [String] { lines.filter { $0.hasPrefix("out ") || $0.hasPrefix("in ") } }

  /// The chains with their hooks.
  var chains: [String] {
    script.filter { $0.hasPrefix("add chain ") && $0.contains("{") }.map { line in
      line.split(separator: " ").dropFirst(4).joined(separator: " ")
    }
  }
}
