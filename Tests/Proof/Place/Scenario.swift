import FoundationEssentials

/// A fault that can be set on a throwaway process: the table of what is proved.
struct Scenario: Codable, Hashable {
  /// The kind of fault.
  var fault: String
  /// Further fields of the step.
  var with: String?
  /// Whether the target is gone once the fault was in force.
  var endsTarget: Bool
  /// Whether another program traces the target, so that no holder of ours can.
  var isTraced = false
  /// How long the fault lasts, such as `50ms`.
  var lasting = "50ms"

  static let all = [
    Scenario(fault: "process.pause", endsTarget: false),
    Scenario(fault: "process.pause", endsTarget: false, isTraced: true),
    Scenario(fault: "process.kill", endsTarget: true),
  ]

  var name: String { isTraced ? "\(fault) of a traced process" : fault }

  /// An experiment of a tenth of a second that passes unless something is killed.
  var experiment: String {
    """
    version: 1
    title: A short run
    steady-state-hypothesis:
      baseline: 40ms
      recovery: {within: 5s, holds: 20ms}
      probes:
        - name: truth
          command: {run: ['true'], timeout: 1s}
          every: 20ms
          tolerance: {success: {min: 10%}}
    method:
      - fault: \(fault)
        targets: {cmdline: '\(Target.commandLine)'}
        for: \(lasting)\(with.map { "\n    with: \($0)" } ?? "")
    limits: {duration: 1m}

    """
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
