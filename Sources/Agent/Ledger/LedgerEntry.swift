public import Model

/// One entry of a ledger: what is about to be done, or has been done, to this host.
///
/// The vocabulary only grows: any later version reads what an earlier one wrote.
public enum LedgerEntry: Sendable, Hashable, Codable {
  /// The run that the ledger belongs to, and who writes it.
  case opened(
    run: String, title: String, bootID: String, pidNamespace: UInt64, agent: ProcessIdentity)
  /// Who acts in the agent's place; a later one replaces an earlier one.
  case guardian(ProcessIdentity)
  /// Written before anything is touched: what puts the step back, and by when it must be back.
  case intent(LedgerIntent)
  /// The effects of a step have been performed.
  case injected(step: Int)
  /// The undo of a step has begun.
  case undoing(step: Int)
  /// What the undo of a step came to.
  case undone(step: Int, proofs: [UndoProof])
  /// What runs at the end, in order.
  case armed(rollbacks: [Command])
  /// A rollback has run.
  case rolledBack(index: Int, result: CommandResult)
  /// Nothing is left to do, and its writer has ended.
  case closed
}

/// What a step is going to do, and how that is put back.
public struct LedgerIntent: Sendable, Hashable, Codable {
  public var step: Int
  /// The kind of fault, or `run`.
  public var kind: String
  /// Performed in reverse order.
  public var undo: [Undo]
  public var undoClass: UndoClass
  /// When the agent undoes it without being told, in nanoseconds since boot; nil: at the run's end.
  public var deadline: Int64?

  /// Makes an intent; the deadline is a time since boot.
  public init(step: Int, kind: String, undo: [Undo], undoClass: UndoClass, deadline: Duration?) {
    self.step = step
    self.kind = kind
    self.undo = undo
    self.undoClass = undoClass
    self.deadline = deadline?.nanoseconds
  }
}
