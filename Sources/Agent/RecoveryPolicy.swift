internal import Model

/// What `recover` does about a ledger that it finds: it decides, and touches nothing.
public enum RecoveryPolicy {
  /// What to do about a ledger.
  public enum Decision: Sendable, Hashable {
    /// Everything in it is done; the file can go.
    case remove
    /// Its processes are known to be gone, all of them: what remains are commands.
    case finish(reason: String)
    /// Its processes are out of reach from here, and nobody else attends to it.
    case outOfReach(reason: String)
    /// Its run is going on.
    case leave(reason: String)
    /// Fence its agent, then undo what is left.
    case takeOver(reason: String)
  }

  /// The pid namespace in which a ledger's process ids have their meaning, as seen from here.
  public enum Namespace: Sendable, Hashable {
    case ours
    /// Another one, which exists, or may exist as far as can be seen.
    case foreign
    /// It ended, and every process in it.
    case gone
  }

  /// Decides by the ledger, by whether the agent that opened it still runs, and by this boot.
  ///
  /// A guardian that is at work is no reason to leave: the ledger's lock makes one of both wait, and
  /// whoever comes second finds everything undone.
  public static func decide(
    _ ledger: LedgerState, isAgentAlive: Bool, isLocked: Bool, bootID: String,
    namespace: Namespace, at now: Duration
  ) -> Decision {
    if ledger.isClosed, ledger.isSettled { return .remove }
    // A file without a first entry announces nothing, so nothing was done.
    if ledger.entryCount == 0 {
      return ledger.damagedLines.isEmpty ? .remove : .takeOver(reason: "the ledger is damaged")
    }
    if ledger.bootID != bootID {
      return ledger.isSettled ? .remove : .finish(reason: "the machine was booted since")
    }
    switch namespace {
    case .ours: break
    case .gone:
      return ledger.isSettled ? .remove : .finish(reason: "its pid namespace has ended")
    case .foreign:
      // The lock is seen across namespaces: whoever holds it attends to the ledger.
      if isLocked { return .leave(reason: "its run is going on, in another pid namespace") }
      if ledger.isSettled { return .remove }
      return .outOfReach(
        reason: "it is of another pid namespace, and its agent is gone: recover there, or, if that "
          + "container has ended, on the machine itself")
    }
    // First it is the agent's turn, then the guardian's, and then ours.
    // What was tried and could not be proved has no deadline of its own any more; once the run must be
    // over, an agent that still lives does not try again.
    let end = ledger.isSettled ? nil : ledger.latestEnd
    let due = [ledger.earliestDeadline, end].compactMap(\.self).min()
      .map { $0 + AgentProtocol.guardianGrace * 2 }
    let isOverdue = due.map { $0 <= now } ?? false
    if isAgentAlive, !isOverdue { return .leave(reason: "its run is going on") }
    if ledger.isIdle { return .remove }
    return .takeOver(
      reason: isAgentAlive ? "a fault is past its deadline" : "its agent is gone")
  }
}
