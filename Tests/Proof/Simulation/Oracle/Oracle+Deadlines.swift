import Agent
import Model

/// A fault ends in time, as long as there is anybody who can end it.
extension Oracle {
  /// Whether every ledger with something left has a guardian that can act.
  var areGuarded: Bool {
    ledgers.values.allSatisfy { ledger in
      guard let state = ledger.computer.disk.ledger(ofRun: ledger.name), !state.isSettled else {
        return true
      }
      // What has been tried and could not be proved is left to `recover`.
      return !troubledDisks.contains(ledger.computer.number)
        && state.pendingSteps.allSatisfy { $0.proofs == nil }
        && ledger.guardian.map { $0.isRunnable && $0.isReady } ?? false
    }
  }

  static var interval: Duration { .milliseconds(250) }

  /// Looks after a stopped process until it runs again.
  func watch(_ fault: StoppedProcess, of ledger: GuardedLedger) {
    world.after(Self.interval) { [weak self] in
      guard let self, ledger.faults.contains(fault),
        ledger.computer.facts(of: fault.process) != nil
      else { return }
      // A holder may not have come to it yet, or not any more.
      guard ledger.computer.isStoppedByUs(fault.process) else {
        if ledger.agent.isAlive { watch(fault, of: ledger) }
        return
      }
      if !everImmovable.contains(fault.process) { check(fault.deadline, of: ledger) }
      watch(fault, of: ledger)
    }
  }

  /// A fault is in force now that should end at a deadline.
  func check(_ deadline: Duration, of ledger: GuardedLedger) {
    guard !isHeldUp(ledger) else { return }
    let agent = ledger.agent
    if agent.isRunnable {
      expect("a fault ends at its deadline", deadline, agent)
      expect(
        "an agent that hears nothing ends its faults", agent.lastHeard + AgentProtocol.silence,
        agent)
      if let lost = agent.lostAt { expect("an agent without a pipe ends its faults", lost, agent) }
    } else if let guardian = ledger.guardian, guardian.isRunnable, guardian.isReady {
      if let ended = ledger.agentEnded {
        expect("a guardian without its agent ends its faults", ended, guardian)
      } else {
        expect(
          "a fault ends a second after its deadline where the agent is stopped",
          deadline + AgentProtocol.guardianGrace, guardian)
      }
    }
  }

  /// Whether someone who is stopped himself holds the ledger.
  private func isHeldUp(_ ledger: GuardedLedger) -> Bool {
    guard let holder = ledger.computer.ledgerLocks[ledger.name].flatMap(ledger.computer.program)
    else { return false }
    return holder !== ledger.agent && !holder.isRunnable
  }

  private func expect(_ promise: String, _ due: Duration, _ program: Program) {
    let end = max(due, program.runnableSince) + Self.patience(on: program.computer)
    if world.now > end { world.violate(promise) }
  }
}
