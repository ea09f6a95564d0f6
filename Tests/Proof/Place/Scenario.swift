import FoundationEssentials

/// What can be done to a throwaway process, to packets of a namespace or to files: the table of what is
/// proved.
struct Scenario: Codable, Hashable {
  /// What it acts on.
  enum Subject: Codable, Hashable {
    /// The target.
    case process
    /// Packets, in a file's words.
    case traffic(String)
    /// Files, by commands of an author's own: an action, its undo, and a rollback.
    case files
  }

  /// The kind of fault, or `run`.
  var fault: String
  /// Further fields of the step.
  var with: String?
  var subject = Subject.process
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

  static let all = processes + actions + network

  /// Those of one kind of fault; all of them for nil.
  static func all(of fault: String?) -> [Scenario] {
    all.filter { fault == nil || $0.fault == fault }
  }

  /// Those and the variants; those that need netem only where one of their kinds is asked for.
  static func everyKind(of fault: String? = nil) -> [Scenario] {
    guard let fault else { return all + variants }
    return (all + variants + netem).filter { $0.fault == fault }
  }

  static let processes = [
    Scenario(fault: "process.pause"),
    Scenario(fault: "process.pause", isTraced: true),
    Scenario(fault: "process.kill", endsTarget: true),
  ]

  static let actions = [Scenario(fault: "run", subject: .files, isExclusive: false)]

  /// One for each way in which packets are touched: an inet table, a netdev table with a device of the
  /// fault's own, and a redirect to the proxy and to the resolver.
  static let network = [
    Scenario(
      fault: "network.blackhole", subject: connections, isExclusive: false, lasting: "150ms"),
    Scenario(
      fault: "network.bandwidth", with: "{rate: 10mbit}", subject: connections, lasting: "150ms"),
    Scenario(
      fault: "connection.latency", with: "{delay: 1ms}", subject: connections, lasting: "150ms"),
    Scenario(
      fault: "network.dns",
      with: "{fail: name-error, servers: '127.0.0.1:\(Talker.nameServer)'}",
      subject: .traffic("{to: 127.0.0.1}"), lasting: "150ms"),
  ]

  /// Other rules, carried out as those of the network's scenarios.
  static let variants = [
    variant("network.reject"),
    variant("network.partition"),
    variant("network.loss", with: "{percent: 50%}"),
    variant("network.flap", with: "{down: 50ms, up: 50ms}"),
    variant(
      "network.bandwidth", with: "{rate: 10mbit}", "by user",
      subject: .traffic("{\(connection), user: root}")),
    variant("network.bandwidth", with: "{rate: 10mbit}", "two at once", isDoubled: true),
  ]

  /// Devices that netem shapes, which not every kernel has: tried in the kernel lab.
  static let netem = [
    variant("network.latency", with: "{delay: 20ms}"),
    variant("network.corrupt", with: "{percent: 10%}"),
    variant("network.duplicate", with: "{percent: 50%}"),
    variant("network.reorder", with: "{percent: 50%, delay: 10ms}"),
  ]

  private static func variant(
    _ fault: String, with: String? = nil, _ difference: String? = nil,
    subject: Subject = connections, isDoubled: Bool = false
  ) -> Scenario {
    Scenario(
      fault: fault, with: with, subject: subject, isExclusive: fault == "network.bandwidth",
      lasting: "150ms", difference: difference, isDoubled: isDoubled, isVariant: true)
  }

  private static let connections = Subject.traffic("{\(connection)}")
  private static let connection = "to: 127.0.0.1, port: \(Talker.server), protocol: tcp"

  var name: String {
    if let difference { return "\(fault) \(difference)" }
    if subject == .files { return "\(fault) with undo and rollback" }
    return isTraced ? "\(fault) of a traced process" : fault
  }

  var isOfTraffic: Bool {
    if case .traffic = subject { true } else { false }
  }

  /// The roles that a run of it has.
  var roles: [Role] {
    if isVariant { return [.holder, .rules, .clearing] }
    switch subject {
    case .traffic: return Role.allCases
    case .process: return Role.allCases.filter { ![.rules, .clearing].contains($0) }
    case .files: return Role.allCases.filter { ![.rules, .clearing, .holder].contains($0) }
    }
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
    \(rollbacks)limits: {duration: 1m}

    """
  }

  private var steps: [String] {
    if subject == .files {
      let action = """
            - run: [touch, \(ChangedFiles.undone), \(ChangedFiles.rolledBack)]
              timeout: 5s
              undo: {run: [rm, -f, \(ChangedFiles.undone)], timeout: 5s}
              for: \(lasting)
        """
      return [action]
    }
    let with = with.map { "\n      with: \($0)" } ?? ""
    let first = """
          - fault: \(fault)
            \(aim)
            for: \(lasting)\(with)
      """
    return isDoubled ? [first, first + "\n      after: 50ms"] : [first]
  }

  private var rollbacks: String {
    guard subject == .files else { return "" }
    return "rollbacks: [{run: [rm, -f, \(ChangedFiles.rolledBack)], timeout: 5s}]\n"
  }

  private var aim: String {
    if case .traffic(let packets) = subject { return "traffic: \(packets)" }
    return "targets: {cmdline: '\(Target.commandLine)'}"
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
  struct Step: Decodable {
    var fault: Fault?
    var undo: Command?
  }
  struct Command: Decodable { var argv: [String] }
  struct Fault: Decodable { var injections: [HostInjection] }
  struct HostInjection: Decodable { var injection: Injection }
  struct Injection: Decodable { var undoClass: UndoClass }

  var plan: Contents

  /// The class of the first fault; an author's undo of an action is left to guardian and `recover`.
  var undoClass: UndoClass? {
    plan.steps.first.flatMap { step in
      step.fault.map { $0.injections.first?.injection.undoClass }
        ?? (step.undo == nil ? UndoClass.none : .guardian)
    }
  }
}
