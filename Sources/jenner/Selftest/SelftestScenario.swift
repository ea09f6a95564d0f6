import Model

/// What happens to a run of the self-test while its fault is in force.
enum SelftestScenario: String, CaseIterable {
  /// Nothing: the run ends by itself.
  case undone
  case runnerKilled = "runner killed"
  case agentKilled = "agent killed"
  case guardianKilled = "guardian killed"
  case everythingKilled = "all killed"

  /// The roles whose processes are killed.
  var victims: Set<SelftestRole> {
    switch self {
    case .undone: []
    case .runnerKilled: [.runner]
    case .agentKilled: [.agent]
    case .guardianKilled: [.guardian]
    case .everythingKilled: Set(SelftestRole.allCases)
    }
  }

  /// Whether nobody is left who could undo, so that `recover` has to.
  var needsRecover: Bool { self == .everythingKilled }
}

/// What a process of ours does in a run.
enum SelftestRole: CaseIterable {
  case runner
  case agent
  case guardian
  case holder

  /// Reads a role from a command line; nil for another command of ours, such as `recover`.
  init?(commandLine: [String]) {
    let arguments = Array(commandLine.dropFirst())
    switch (arguments.first, commandLine.first?.split(separator: "/").last) {
    case ("run", _): self = .runner
    case ("guardian", _): self = .guardian
    case ("hold", _), ("hold-network", _): self = .holder
    case (nil, "jenner-agent"): self = .agent
    default: return nil
    }
  }
}

/// One cell of the table: a fault in a scenario.
struct SelftestOutcome {
  enum Result {
    /// Nothing was left this many seconds after the kill, or after the run's end.
    case clean(seconds: Double, byRecover: Bool)
    /// What was left, or what went wrong.
    case failed(String)
    /// Why the fault can't be tried on this host.
    case notHere(String)
  }

  var fault: String
  /// As the plan shows it; nil where there was no plan.
  var undoClass: String?
  var scenario: SelftestScenario
  var result: Result

  var isClean: Bool {
    if case .failed = result { return false }
    return true
  }

  var isTried: Bool {
    if case .notHere = result { return false }
    return true
  }

  /// What all of them come to: a table in which nothing was tried shows nothing.
  static func status(of outcomes: [SelftestOutcome]) -> ExitStatus {
    if !outcomes.allSatisfy(\.isClean) { return .residue }
    return outcomes.contains(where: \.isTried) ? .pass : .inconclusive
  }
}
