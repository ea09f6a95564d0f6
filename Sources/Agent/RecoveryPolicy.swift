internal import Model

/// What `recover` does about a ledger that it finds: it decides, and touches nothing.
public enum RecoveryPolicy {
  /// What to do about a ledger.
  public enum Decision: Sendable, Hashable {
    /// Everything in it is done; the file can go.
    case remove
    /// Its processes are known to be gone, all of them: what remains are commands.
    case finish(Disappearance)
    /// Its processes are out of reach from here, and nobody else attends to it.
    case outOfReach(reason: String)
    /// Its run is going on.
    case leave(reason: String)
    /// Fence its agent, then undo what is left.
    case takeOver(reason: String)
  }

  /// What has become of the agent that opened a ledger.
  public enum AgentCondition: Sendable, Hashable {
    case running
    /// A signal keeps it from running. Who stops it need not continue it, so its run does not go on;
    /// one that is only traced does run.
    case stopped
    case gone
  }

  /// The pid namespace in which a ledger's process ids have their meaning, as seen from here.
  public enum Namespace: Sendable, Hashable {
    case ours
    /// Another one, which exists, or may exist as far as can be seen.
    case foreign
    /// It ended, and every process in it.
    case gone
  }

  /// Decides by the ledger, by what has become of the agent that opened it, and by this boot.
  ///
  /// A guardian that is at work is no reason to leave: the ledger's lock makes one of both wait, and
  /// whoever comes second finds everything undone.
  public static func decide(
    _ ledger: LedgerState, agent: AgentCondition, isLocked: Bool, bootID: String,
    namespace: Namespace, at now: Duration
  ) -> Decision {
    if ledger.isClosed, ledger.isSettled { return .remove }
    // A file without a first entry announces nothing, so nothing was done.
    if ledger.entryCount == 0 {
      // Whoever takes a ledger over cuts off what seems torn, which here may be all that there is.
      if let version = ledger.newerVersion {
        return .outOfReach(
          reason: "it is of format \(version), which only a newer jenner-agent can read")
      }
      return ledger.damagedLines.isEmpty ? .remove : .takeOver(reason: "the ledger is damaged")
    }
    // Where its first line is damaged, neither boot nor namespace is known, and so it is not known
    // either that its processes are gone. To try costs nothing: start times protect strangers.
    let isBootKnown = !ledger.bootID.isEmpty && !bootID.isEmpty
    if isBootKnown, ledger.bootID != bootID {
      return ledger.isSettled ? .remove : .finish(.boot)
    }
    switch ledger.pidNamespace == 0 ? .ours : namespace {
    case .ours: break
    case .gone:
      return ledger.isSettled ? .remove : .finish(.pidNamespace)
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
    // over, an agent that still runs does not try again.
    let end = ledger.isSettled ? nil : ledger.latestEnd
    let due = [ledger.earliestDeadline, end].compactMap(\.self).min()
      .map { $0 + AgentProtocol.guardianGrace * 2 }
    let isOverdue = due.map { $0 <= now } ?? false
    if agent == .running, !isOverdue { return .leave(reason: "its run is going on") }
    if ledger.isIdle { return .remove }
    return .takeOver(reason: reason(ledger, agent: agent))
  }

  private static func reason(_ ledger: LedgerState, agent: AgentCondition) -> String {
    switch agent {
    case .running: "a fault is past its deadline"
    case .stopped: "its agent is stopped"
    case .gone where ledger.agent == nil: "the ledger does not say whose it is"
    case .gone: "its agent is gone"
    }
  }
}
