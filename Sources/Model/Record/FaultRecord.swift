/// A fault as it happened: requested against achieved, and the proof of its undo.
public struct FaultRecord: Sendable, Hashable, Codable {
  public var step: String
  public var kind: String
  public var host: String
  public var targets: [PlannedTarget]
  /// The traffic that it hit, in words; nil for a fault on processes.
  public var traffic: String?
  public var undoClass: UndoClass
  public var requested: String
  public var achieved: String?
  public var inForce: Bool
  /// From the first effect until the undo, in seconds since the run began.
  public var window: Window?
  public var requestedSeconds: Double?
  public var undo: [UndoProof]
  /// Whether the undo is proved, or there was nothing to undo.
  public var undone: Bool

  /// Makes the record of a fault that has not happened yet.
  public init(
    step: String, kind: String, host: String, targets: [PlannedTarget], undoClass: UndoClass,
    requested: String, requestedSeconds: Double?
  ) {
    self.step = step
    self.kind = kind
    self.host = host
    self.targets = targets
    self.undoClass = undoClass
    self.requested = requested
    self.requestedSeconds = requestedSeconds
    inForce = false
    undo = []
    undone = true
  }

  private enum CodingKeys: String, CodingKey {
    case step, kind, host, targets, traffic, requested, achieved, window, undo, undone
    case undoClass = "undo_class"
    case inForce = "in_force"
    case requestedSeconds = "requested_seconds"
  }
}

/// An action, the author's undo of one, or a rollback, as it happened.
///
/// The author's undo of a fault is among the fault's.
public struct ActionRecord: Sendable, Hashable, Codable {
  /// What the action was for.
  public enum Role: String, Sendable, Codable {
    case run
    case undo
    case rollback
  }

  public var step: String
  public var role: Role
  public var host: String
  public var command: String
  /// In seconds since the run began; nil if it did not run.
  public var at: Double?
  public var outcome: String
  public var succeeded: Bool
  /// Excerpts; values of secrets are replaced by their names.
  public var output: String
  public var errors: String

  /// Makes the record of an action.
  public init(
    step: String, role: Role, host: String, command: String, at: Double?, outcome: String,
    succeeded: Bool, output: String, errors: String
  ) {
    self.step = step
    self.role = role
    self.host = host
    self.command = command
    self.at = at
    self.outcome = outcome
    self.succeeded = succeeded
    self.output = output
    self.errors = errors
  }
}
