/// Who ends a fault when everything of ours is killed at once; ordered from weak to strong.
public enum UndoClass: String, FieldChoice, Codable, Comparable {
  /// There is nothing to undo, or only what the author's own undo does.
  case none
  /// The guardian, or `recover`.
  case guardian
  /// The kernel, at once.
  case kernel

  public static var placeholder: UndoClass { .none }

  public static func < (left: Self, right: Self) -> Bool {
    guard let a = allCases.firstIndex(of: left), let b = allCases.firstIndex(of: right) else {
      return false
    }
    return a < b
  }
}

/// One change that a fault makes to the machine, as data that the plan shows.
public enum Effect: Sendable, Hashable, Codable {
  /// Sends a signal to a process that is still the one named.
  case signal(ProcessIdentity, Signal)
  /// Stops a process, in all its threads, for as long as a holder of ours lives: ptrace(2).
  case hold(ProcessIdentity)
  /// Selects packets by tables that a holder of ours owns, and does something to them.
  case network(NetworkRules)

  /// Whether it lasts only as long as a process of ours that holds it.
  public var needsHolder: Bool {
    switch self {
    case .signal: false
    case .hold, .network: true
    }
  }

  /// The effect in one line, or in one for each command.
  public var shown: [String] {
    switch self {
    case .signal(let process, let signal): ["signal \(signal.name) to process \(process.pid)"]
    case .hold(let process): ["hold process \(process.pid), all its threads, by ptrace"]
    case .network(let rules): rules.shown
    }
  }
}

/// One step that puts a fault back: a closed, versioned vocabulary of idempotent steps, so that any
/// later version can undo what an earlier one did.
public enum Undo: Sendable, Hashable, Codable {
  /// Continues a process that we stopped, if it is still the one named.
  case resume(ProcessIdentity)
  /// Ends the holder of the step's fault; the kernel then lets this process go on.
  case release(ProcessIdentity)
  /// Ends the holder of the step's fault; the kernel then removes the tables that it owns.
  case dismiss
  /// Removes what a network fault made that the kernel leaves, and sees that its tables are gone.
  case clear(NetworkObjects)
  /// Runs the author's own command.
  case run(Command)

  /// The same step with the names of a run.
  public func named(for run: String) -> Undo {
    if case .clear(let objects) = self { return .clear(objects.named(for: run)) }
    return self
  }

  /// Whether it needs a new process; those that need none are performed first.
  public var needsProcess: Bool {
    command != nil
  }

  /// The command that performs it; nil where none is needed.
  public var command: Command? {
    switch self {
    case .resume, .release, .dismiss: nil
    case .clear(let objects): objects.clearing
    case .run(let command): command
    }
  }

  /// The step in one line.
  public var shown: String {
    switch self {
    case .resume(let process): "signal CONT to process \(process.pid)"
    case .release(let process): "end the holder of process \(process.pid)"
    case .dismiss: "end the holder of the rules"
    case .clear(let objects): "clear \(objects.shown)"
    case .run(let command): "run \(command.shown)"
    }
  }
}

/// What one undo step came to.
public struct UndoProof: Sendable, Hashable, Codable {
  public var step: String
  /// Whether the state was read back and is as it was before, or there is nothing left to undo.
  public var isProved: Bool
  /// What was read back, or why it could not be undone.
  public var evidence: String

  /// Makes a proof.
  public init(step: String, isProved: Bool, evidence: String) {
    self.step = step
    self.isProved = isProved
    self.evidence = evidence
  }

  private enum CodingKeys: String, CodingKey {
    case step, evidence
    case isProved = "proved"
  }
}
