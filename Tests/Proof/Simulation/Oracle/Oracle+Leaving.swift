import Agent
import Model

/// Nobody leaves while something is left that he could do.
extension Oracle {
  func asked(_ request: Request, of agent: AgentProgram) {
    ledgers.values.first { $0.agent === agent }?.asked(request, at: world.now)
    if case .end = request { checkActionsEnd("an agent that is to end ends its actions", agent) }
  }

  /// An agent says that a step is proved undone.
  func undone(_ step: Int, by agent: AgentProgram) {
    guard let ledger = ledgers.values.first(where: { $0.agent === agent }) else { return }
    let computer = agent.computer
    // Another step may have stopped the same process, and still does.
    let isStopped = ledger.faults.contains { fault in
      guard fault.step == step, let facts = computer.facts(of: fault.process) else { return false }
      if let tracer = facts.tracer { return tracer == agent.holders[step]?.identity.pid }
      return computer.stops[fault.process] == .ours
        && !ledger.faults.contains { $0.process == fault.process && $0.step != step }
    }
    if isStopped || ledger.touchedSteps.contains(step) && !isUndone(step, of: ledger) {
      world.violate("what is said to be undone is")
    }
    if remains(ofStep: step, of: ledger) != nil {
      world.violate("what is said to be undone is: packets are touched, or a device is left")
    }
    checkNobodyDoesThePart(of: step, agent)
  }

  /// An agent says that the rollbacks have run.
  func rolledBack(by agent: AgentProgram) {
    guard let ledger = ledgers.values.first(where: { $0.agent === agent }) else { return }
    if ledger.armed.contains(where: { history(of: $0, on: agent.computer).ends == 0 }) {
      world.violate("rollbacks that are said to have run have run")
    }
  }

  /// An agent ends of its own will: it has tried everything.
  func leaving(_ agent: AgentProgram) {
    guard let ledger = ledgers.values.first(where: { $0.agent === agent }) else { return }
    if ledger.touchedSteps.contains(where: { step in
      ledger.undos[step].map { history(of: $0, on: agent.computer).ends == 0 } ?? false
    }) {
      world.violate("an agent that leaves has tried every undo")
    }
    if ledger.armed.contains(where: { history(of: $0, on: agent.computer).ends == 0 }) {
      world.violate("an agent that leaves has run the rollbacks")
    }
  }

  /// A guardian ends because it has nothing to guard.
  func leaving(_ guardian: GuardianProgram, _ name: String, isAgentAlive: Bool) {
    let computer = guardian.computer
    guard let ledger = ledger(name, on: computer), let state = computer.disk.ledger(ofRun: name)
    else { return }
    if state.isClosed, !state.isSettled, !troubledDisks.contains(computer.number) {
      world.violate("only a settled ledger is closed")
    }
    guard !isAgentAlive, !state.isClosed else { return }
    if !state.pendingSteps.isEmpty || !state.pendingRollbacks.isEmpty {
      world.violate("a guardian whose agent has ended leaves nothing undone")
    }
    if ledger.faults.contains(where: { guardian.computer.isStoppedByUs($0.process) }) {
      world.violate("a guardian whose agent has ended leaves nothing stopped")
    }
    if remains(of: ledger) != nil {
      world.violate("a guardian whose agent has ended leaves no rules and no devices")
    }
  }

  /// An agent is without its runner.
  func lost(_ agent: AgentProgram) {
    checkActionsEnd("an agent without its runner ends its actions", agent)
  }

  /// Its actions are not waited for, from now on.
  private func checkActionsEnd(_ promise: String, _ agent: AgentProgram) {
    let actions = agent.commands.filter { if case .action = $0.key { true } else { false } }
    guard !actions.isEmpty else { return }
    let now = world.now
    world.after(Self.patience(on: agent.computer)) { [weak self] in
      guard let self, agent.isRunnable, agent.runnableSince <= now else { return }
      if actions.contains(where: { agent.commands[$0.key] === $0.value }) { world.violate(promise) }
    }
  }

  /// An agent whose guardian is lost gets another, or ends.
  func checkIsGuarded(_ ledger: GuardedLedger, since: Duration) {
    world.after(.seconds(20)) { [weak self] in
      guard let self, ledger.guardianEnded == since, ledger.agent.isRunnable,
        ledger.agent.runnableSince < since
      else { return }
      world.violate("an agent whose guardian is lost starts another, or ends")
    }
  }
}

extension Program {
  /// Whether it had time to hear of everything.
  var isLongAwake: Bool {
    isRunnable && world.now - runnableSince > Oracle.patience(on: computer)
  }
}
