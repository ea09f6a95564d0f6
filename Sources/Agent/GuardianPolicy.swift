internal import Model

/// What a guardian does next: it decides, and touches nothing.
///
/// The agent undoes a fault at its deadline. The guardian does only where the agent can't: it has
/// ended with something left to undo, or is `AgentProtocol.guardianGrace` late, stopped perhaps.
public enum GuardianPolicy {
  /// What to do next.
  public enum Decision: Sendable, Hashable {
    /// Wait for news, until a time since boot if there is one.
    case wait(until: Duration?)
    /// Fence the agent, then undo what is left.
    case takeOver(reason: String)
    /// End: there is nothing left to guard.
    case leave
  }

  /// Decides by what the ledger says and whether the agent lives.
  public static func decide(
    _ ledger: LedgerState, isAgentAlive: Bool, at now: Duration
  ) -> Decision {
    if ledger.isClosed { return .leave }
    guard isAgentAlive else {
      return ledger.pendingSteps.isEmpty && ledger.pendingRollbacks.isEmpty
        && ledger.openSessions.isEmpty
        ? .leave : .takeOver(reason: "the agent ended")
    }
    let due = ledger.earliestDeadline.map { $0 + AgentProtocol.guardianGrace }
    if let due, due <= now {
      return .takeOver(reason: "the agent did not undo a fault at its deadline")
    }
    return .wait(until: due)
  }
}
