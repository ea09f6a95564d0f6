internal import Model

/// What `recover` does about a ledger that it finds: it decides, and touches nothing.
public enum RecoveryPolicy {
  /// What is known of a ledger's owner.
  public struct Owner: Sendable, Hashable {
    /// Whether the agent that opened the ledger still runs.
    public var isAgentAlive: Bool
    public var isGuardianAlive: Bool

    /// Makes an owner.
    public init(isAgentAlive: Bool, isGuardianAlive: Bool) {
      self.isAgentAlive = isAgentAlive
      self.isGuardianAlive = isGuardianAlive
    }
  }

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

  /// Decides by the ledger, its owner and this boot.
  public static func decide(
    _ ledger: LedgerState, owner: Owner, bootID: String, pidNamespace: UInt64, at now: Duration
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
    let due = ledger.earliestDeadline.map { $0 + AgentProtocol.guardianGrace }
    let isOverdue = due.map { $0 + AgentProtocol.guardianGrace <= now } ?? false
    if owner.isAgentAlive, !isOverdue {
      return .leave(reason: "its run is going on")
    }
    if owner.isGuardianAlive, !isOverdue {
      return .leave(reason: "its guardian is undoing it")
    }
    if ledger.isSettled { return .remove }
    return .takeOver(
      reason: isOverdue ? "a fault is past its deadline" : "its agent and its guardian are gone")
  }
}
