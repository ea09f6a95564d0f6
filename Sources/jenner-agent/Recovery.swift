internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// `jenner-agent recover`: puts back what runs on this host left behind.
///
/// It may be run at any time and by several at once: a ledger's lock lets one of them undo, and each
/// undo may be repeated.
enum Recovery {
  /// What was done about one ledger.
  struct Finding: Encodable {
    var run: String
    var title: String
    var outcome: String
    var reason: String
    var proofs: [UndoProof] = []
    var pending: [String] = []
    /// Rollbacks that have run, and failed.
    var failures: [String] = []
    var isClean: Bool { pending.isEmpty && failures.isEmpty }
  }

  static func run(_ format: Terminal.Format) -> ExitStatus {
    var findings = recoverLedgers(of: StateDirectory())
    findings += Leftovers.clear()
    TargetLocks.removeUnheld()
    for cgroup in GuardianCgroup.abandoned() { GuardianCgroup.remove(cgroup) }
    let shown =
      switch format {
      case .json: Terminal.show(json: findings)
      case .text: Terminal.show(text(of: findings))
      }
    return ExitStatus.worst(of: [findings.allSatisfy(\.isClean) ? .pass : .residue, shown])
  }

  /// Where ledgers can't be listed, what they hold is not known; marks are looked for all the same.
  private static func recoverLedgers(of state: StateDirectory) -> [Finding] {
    do throws(SystemError) {
      return try state.ledgerPaths().compactMap { recover($0) }
    } catch {
      Terminal.warn("jenner-agent recover: \(error)\n")
      return [
        Finding(
          run: "-", title: "ledgers", outcome: "not undone",
          reason: state.distrust() == nil
            ? "they can't be listed" : "somebody else may have written them",
          pending: ["\(error); what they hold is not known; \(state.remedyOfUnlisted)"])
      ]
    }
  }

  private static func recover(_ path: String) -> Finding? {
    let ledger: LedgerState
    do throws(SystemError) {
      guard let found = try StateDirectory.read(path) else { return nil }
      ledger = found
    } catch {
      return unreadable(path, error, reason: "its ledger can't be read")
    }
    let host = LinuxHost()
    switch decision(ledger, at: path, on: host) {
    case .remove: return remove(path, ledger)
    case .leave(let reason):
      return Finding(
        run: ledger.runName(at: path), title: ledger.titleText, outcome: "left alone",
        reason: reason)
    case .outOfReach(let reason):
      return Finding(
        run: ledger.runName(at: path), title: ledger.titleText, outcome: "not undone",
        reason: reason, pending: ledger.pending + remedy(of: ledger, at: path))
    case .finish(let disappearance):
      return takeOver(path, disappearance.reason, processesAreGone: disappearance, host)
    case .takeOver(let reason): return takeOver(path, reason, host)
    }
  }

  /// What to do about a ledger, by this boot and its owner's life.
  static func decision(
    _ ledger: LedgerState, at path: String, on host: LinuxHost
  ) -> RecoveryPolicy.Decision {
    let agent: RecoveryPolicy.AgentCondition =
      switch ledger.agent.flatMap({ host.state(of: $0) }) {
      case nil, "Z", "X": .gone
      case "T": .stopped
      default: .running
      }
    return RecoveryPolicy.decide(
      ledger, agent: agent, isLocked: DurableFile.isLocked(path), bootID: HostIdentity.bootID,
      namespace: namespace(ledger.pidNamespace), at: EventLoop.now)
  }

  private static func namespace(_ inode: UInt64) -> RecoveryPolicy.Namespace {
    if inode == HostIdentity.pidNamespace { return .ours }
    return HostIdentity.hasEnded(pidNamespace: inode) ? .gone : .foreign
  }

  /// Removes a ledger in which nothing is left to do, unless someone still writes it.
  private static func remove(_ path: String, _ ledger: LedgerState) -> Finding? {
    do {
      guard let file = try LedgerFile(opening: path) else { return nil }
      try file.takeOver(waitingAtMost: .zero)
      guard !file.isRemoved, try file.state().isSettled else { return nil }
      try file.remove()
      return Finding(
        run: ledger.runName(at: path), title: ledger.titleText, outcome: "removed",
        reason: "nothing is left to do", proofs: ledger.status.proofs,
        failures: ledger.failedRollbacks)
    } catch {
      return nil
    }
  }

  private static func takeOver(
    _ path: String, _ reason: String, processesAreGone: Disappearance? = nil, _ host: LinuxHost
  ) -> Finding? {
    let opened: LedgerFile?
    do {
      opened = try LedgerFile(opening: path)
    } catch {
      return unreadable(path, error, reason: reason)
    }
    guard let opened else { return nil }
    let outcome = Takeover(ledger: opened, host: host, processesAreGone: processesAreGone).perform()
    let state = outcome.state
    let pending = state.pending + outcome.problems + remedy(of: state, at: path)
    return Finding(
      run: state.runName(at: path), title: state.titleText,
      outcome: pending.isEmpty ? "undone" : "not undone", reason: reason,
      proofs: state.status.proofs, pending: pending, failures: state.failedRollbacks)
  }

  private static func remedy(of ledger: LedgerState, at path: String) -> [String] {
    ledger.remedy(at: path).map { ["what the run hit is to be checked by hand; \($0)"] } ?? []
  }

  private static func unreadable(_ path: String, _ error: any Error, reason: String) -> Finding {
    let remedy = LedgerState.remedyOfUnreadable(at: path)
    return Finding(
      run: StateDirectory.run(ofLedger: path), title: "unreadable", outcome: "not undone",
      reason: reason, pending: ["\(error); what it holds is not known; \(remedy)"])
  }

  private static func text(of findings: [Finding]) -> String {
    if findings.isEmpty { return "Nothing to recover on this host.\n" }
    return findings.map { finding in
      var lines = ["\(finding.run) (\(finding.title)): \(finding.outcome); \(finding.reason)"]
      lines += finding.proofs.map { "  \($0.isProved ? "undone" : "FAILED"): \($0.evidence)" }
      lines += finding.failures.map { "  FAILED: \($0)" }
      lines += finding.pending.map { "  LEFT BEHIND: \($0)" }
      return lines.joined(separator: "\n") + "\n"
    }.joined()
  }
}
