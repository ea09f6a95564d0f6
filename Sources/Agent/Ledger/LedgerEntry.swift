public import Model

/// One entry of a ledger: what is about to be done, or has been done, to this host.
///
/// The vocabulary only grows: any later version reads what an earlier one wrote.
public enum LedgerEntry: Sendable, Hashable, Codable {
  /// The run that the ledger belongs to, who writes it, and by when it must be over, in nanoseconds
  /// since boot; nil in ledgers of versions that set no such time.
  case opened(
    run: String, title: String, bootID: String, pidNamespace: UInt64, agent: ProcessIdentity,
    deadline: Int64?)
  /// Who acts in the agent's place; a later one replaces an earlier one.
  case guardian(ProcessIdentity)
  /// Written before anything is touched: what puts the step back, and by when it must be back.
  case intent(LedgerIntent)
  /// The command of a step's action runs, as the leader of a session of its own.
  case started(step: Int, session: ProcessIdentity)
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
  /// The process that holds the fault's targets and whose end is the fault's end; nil if none does.
  public var holder: ProcessIdentity?
  /// When the agent undoes it without being told, in nanoseconds since boot; nil: at the run's end.
  public var deadline: Int64?

  /// Makes an intent; the deadline is a time since boot.
  public init(
    step: Int, kind: String, undo: [Undo], undoClass: UndoClass, holder: ProcessIdentity? = nil,
    deadline: Duration?
  ) {
    self.step = step
    self.kind = kind
    self.undo = undo
    self.undoClass = undoClass
    self.holder = holder
    self.deadline = deadline?.nanoseconds
  }
}
