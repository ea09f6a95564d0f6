import Model

/// How far one step of the method is.
struct StepProgress: Sendable {
  enum State: Sendable, Hashable {
    case pending
    /// Its turn has come, and it begins at this time.
    case delayed(until: Duration)
    /// Asked of the agents; these hosts have not answered yet.
    case starting(Set<String>)
    /// In force, or waiting; nil: until the method ends.
    case active(until: Duration?)
    /// Its time is over and its evidence is asked for once more, before the undo.
    case inspecting(Set<String>)
    case undoing(Set<String>)
    case done
  }

  let plan: PlannedStep
  var state: State = .pending
  /// When it came into force, or its action ended.
  var began: Duration?
  /// When its undo was asked for.
  var ended: Duration?
  /// Whether every host's evidence said so, each time it was asked for.
  var isInForce = true
  var expectations: [PendingExpectation] = []

  init(_ plan: PlannedStep) {
    self.plan = plan
  }

  /// Whether the method may go on to the next step.
  var isPassed: Bool {
    switch state {
    case .done, .active(until: nil): true
    default: false
    }
  }

  /// Whether it has touched something, or may have, that is not put back yet.
  var isOpen: Bool {
    switch state {
    case .active, .inspecting: plan.kind != .wait
    default: false
    }
  }

  /// When something has to be done about it, whatever else happens.
  var nextTime: Duration? {
    switch state {
    case .delayed(let time): time
    case .active(let time): time
    default: nil
    }
  }
}
