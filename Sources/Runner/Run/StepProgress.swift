import Model

/// How far one step of the method is.
struct StepProgress: Sendable {
  enum State: Sendable, Hashable {
    case pending
    /// Its turn has come, and it begins at this time.
    case delayed(until: Duration)
    /// Its targets are chosen only now; these hosts have not said yet who is there.
    case resolving(Set<String>)
    /// These hosts have not said yet what the fault would do to the chosen.
    case preparing(Set<String>)
    /// Asked of the agents; these hosts have not answered yet.
    case starting(Set<String>)
    /// In force, or waiting; nil: until the method ends.
    case active(until: Duration?)
    case undoing(Set<String>)
    case done
  }

  var plan: PlannedStep
  var state: State = .pending
  /// When it came into force, or its action ended.
  var began: Duration?
  /// When its undo was asked for.
  var ended: Duration?
  var expectations: [PendingExpectation] = []
  /// Who could be hit, while that is being found out.
  var candidates: [Candidate] = []

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

  /// Whether it is in force, or waits.
  var isActive: Bool {
    if case .active = state { return true }
    return false
  }

  /// Whether its turn has come without anything having been touched yet.
  var hasTouchedNothing: Bool {
    switch state {
    case .delayed, .resolving, .preparing: true
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

extension StepProgress {
  /// What a host can be asked about a step.
  enum Matter {
    case resolution
    case preparation
    case start
    case undo
  }

  /// A host has answered; an answer that comes when something else is awaited changes nothing.
  mutating func answer(_ matter: Matter, from host: String) {
    switch (state, matter) {
    case (.resolving, .resolution), (.preparing, .preparation), (.starting, .start),
      (.undoing, .undo):
      answer(from: host)
    default: break
    }
  }

  /// Nothing more is awaited from a host.
  mutating func answer(from host: String) {
    switch state {
    case .resolving(var hosts):
      hosts.remove(host)
      state = .resolving(hosts)
    case .preparing(var hosts):
      hosts.remove(host)
      state = .preparing(hosts)
    case .starting(var hosts):
      hosts.remove(host)
      state = .starting(hosts)
    case .undoing(var hosts):
      hosts.remove(host)
      state = .undoing(hosts)
    default: break
    }
  }
}
