import FoundationEssentials

/// A fault that can be set on a throwaway process, or on packets of a namespace: the table of what is
/// proved.
struct Scenario: Codable, Hashable {
  /// The kind of fault.
  var fault: String
  /// Further fields of the step.
  var with: String?
  /// The packets that it hits, in a file's words; nil: it hits the target.
  var traffic: String?
  /// Whether the target is gone once the fault was in force.
  var endsTarget = false
  /// Whether another program traces the target, so that no holder of ours can.
  var isTraced = false
  /// Whether a second run that would hit the same is refused.
  var isExclusive = true
  /// How long the fault lasts, such as `50ms`.
  var lasting = "50ms"
  /// What sets it apart from another one of its kind, such as `by user`.
  var difference: String?
  /// Whether a second fault of the same kind begins on the same packets while the first is in force.
  var isDoubled = false
  /// Whether another scenario touches packets in the same way, by other rules.
  ///
  /// To runner, agent, guardian and `recover` these are texts that they pass on: the calls are the same. So
  /// it is tried at the calls of those that carry the rules out.
  var isVariant = false

  static let all = processes + network

  /// Those of one kind of fault; all of them for nil.
  static func all(of fault: String?) -> [Scenario] {
    all.filter { fault == nil || $0.fault == fault }
  }

  /// Those and the variants.
  static func everyKind(of fault: String? = nil) -> [Scenario] {
    (all + variants).filter { fault == nil || $0.fault == fault }
  }

  static let processes = [
    Scenario(fault: "process.pause"),
    Scenario(fault: "process.pause", isTraced: true),
    Scenario(fault: "process.kill", endsTarget: true),
  ]

  /// One for each way in which packets are touched: an inet table, a netdev table with a device of the
  /// fault's own, and a redirect to the proxy and to the resolver.
  static let network = [
    Scenario(
      fault: "network.blackhole", traffic: connections, isExclusive: false, lasting: "150ms"),
    Scenario(
      fault: "network.bandwidth", with: "{rate: 10mbit}", traffic: connections, lasting: "150ms"),
    Scenario(
      fault: "connection.latency", with: "{delay: 1ms}", traffic: connections, lasting: "150ms"),
    Scenario(
      fault: "network.dns",
      with: "{fail: name-error, servers: '127.0.0.1:\(Talker.nameServer)'}",
      traffic: "{to: 127.0.0.1}", lasting: "150ms"),
  ]

  /// Other rules, carried out as those of the network's scenarios.
  static let variants = [
    variant("network.reject"),
    variant("network.partition"),
    variant("network.loss", with: "{percent: 50%}"),
    variant("network.flap", with: "{down: 50ms, up: 50ms}"),
    variant(
      "network.bandwidth", with: "{rate: 10mbit}", "by user",
      traffic: connections.replacing("}", with: ", user: root}")),
    variant("network.bandwidth", with: "{rate: 10mbit}", "two at once", isDoubled: true),
  ]

  private static func variant(
    _ fault: String, with: String? = nil, _ difference: String? = nil,
    traffic: String = connections, isDoubled: Bool = false
  ) -> Scenario {
    Scenario(
      fault: fault, with: with, traffic: traffic, isExclusive: fault == "network.bandwidth",
      lasting: "150ms", difference: difference, isDoubled: isDoubled, isVariant: true)
  }

  private static let connections = "{to: 127.0.0.1, port: \(Talker.server), protocol: tcp}"

  var name: String {
    if let difference { return "\(fault) \(difference)" }
    return isTraced ? "\(fault) of a traced process" : fault
  }

  var isOfTraffic: Bool { traffic != nil }

  /// The roles that a run of it has.
  var roles: [Role] {
    if isVariant { return [.holder, .rules, .clearing] }
    return Role.allCases.filter { isOfTraffic || ![.rules, .clearing].contains($0) }
  }

  /// An experiment of a few tenths of a second that passes unless something is killed.
  var experiment: String {
    """
    version: 1
    title: A short run
    steady-state-hypothesis:
      baseline: 100ms
      recovery: {within: 5s, holds: 20ms}
      probes:
        - name: truth
          tcp: {address: '127.0.0.1:\(OpenPort.number)', timeout: 1s}
          every: 20ms
          tolerance: {success: {min: 10%}}
    method:
      - together:
    \(steps.joined(separator: "\n"))
    limits: {duration: 1m}

    """
  }

  private var steps: [String] {
    let with = with.map { "\n      with: \($0)" } ?? ""
    let first = """
          - fault: \(fault)
            \(aim)
            for: \(lasting)\(with)
      """
    return isDoubled ? [first, first + "\n      after: 50ms"] : [first]
  }

  private var aim: String {
    traffic.map { "traffic: \($0)" } ?? "targets: {cmdline: '\(Target.commandLine)'}"
  }
}

/// Who ends a fault when everything of ours is killed at once, as the plan says.
enum UndoClass: String, Codable {
  case kernel
  case guardian
  case none
}

/// Of a plan in JSON, what the proof goes by.
struct PlanExcerpt: Decodable {
  struct Contents: Decodable { var steps: [Step] }
  struct Step: Decodable { var fault: Fault? }
  struct Fault: Decodable { var injections: [HostInjection] }
  struct HostInjection: Decodable { var injection: Injection }
  struct Injection: Decodable { var undoClass: UndoClass }

  var plan: Contents

  /// The class of the first fault.
  var undoClass: UndoClass? {
    plan.steps.lazy.compactMap { $0.fault?.injections.first?.injection.undoClass }.first
  }
}
