internal import Model

/// What `recover` does about a ledger that it finds: it decides, and touches nothing.
public enum RecoveryPolicy {
  /// What to do about a ledger.
  public enum Decision: Sendable, Hashable {
    /// Everything in it is done; the file can go.
    case remove
    /// It is of an earlier boot: its processes are gone, and what remains are commands.
    case finishEarlierBoot
    /// Its run is going on.
    case leave(reason: String)
    /// Fence its agent, then undo what is left.
    case takeOver(reason: String)
  }

  /// Decides by the ledger, by whether the agent that opened it still runs, and by this boot.
  ///
  /// A guardian that is at work is no reason to leave: the ledger's lock makes one of both wait, and
  /// whoever comes second finds everything undone.
  public static func decide(
    _ ledger: LedgerState, isAgentAlive: Bool, bootID: String, pidNamespace: UInt64,
    at now: Duration
  ) -> Decision {
    if ledger.isClosed, ledger.isSettled { return .remove }
    // A file without a first entry announces nothing, so nothing was done.
    if ledger.entryCount == 0 {
      return ledger.damagedLines.isEmpty ? .remove : .takeOver(reason: "the ledger is damaged")
    }
    if ledger.bootID != bootID { return ledger.isSettled ? .remove : .finishEarlierBoot }
    if ledger.pidNamespace != pidNamespace {
      return .leave(reason: "it is of another pid namespace; recover there")
    }
    // First it is the agent's turn, then the guardian's, and then ours.
    let due = ledger.earliestDeadline.map { $0 + AgentProtocol.guardianGrace * 2 }
    let isOverdue = due.map { $0 <= now } ?? false
    if isAgentAlive, !isOverdue { return .leave(reason: "its run is going on") }
    if ledger.isSettled { return .remove }
    return .takeOver(
      reason: isAgentAlive ? "a fault is past its deadline" : "its agent is gone")
  }
}
