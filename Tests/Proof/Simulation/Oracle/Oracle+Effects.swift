import Agent
import Model

/// What must be true before each effect, and before each undo.
extension Oracle {
  /// An agent is about to send a signal.
  func sending(
    _ signal: Signal, to process: ProcessIdentity, for work: AgentWork, by agent: AgentProgram
  ) {
    guard let ledger = ledgers.values.first(where: { $0.agent === agent }) else {
      return world.violate("no signal is sent without a ledger")
    }
    switch work {
    case .injection(let step, _):
      checkEffect(work, ofStep: step, in: ledger)
      checkTarget(process, signal == .stop ? .resume(process) : nil, ofStep: step, in: ledger)
      // Between its last look and the signal lies the disk; nobody can look and stop in one.
      if agent.computer.stops[process] == .stranger, signal == .stop,
        agent.computer.strangersStops[process].map({ $0 < agent.lastHandled }) ?? true
      {
        world.violate("what someone else stopped is not stopped again")
      }
    case .undo:
      undoing(process, in: ledger.name, by: agent)
      checkGates(towards: process, by: agent)
    case .action, .command: break
    }
  }

  /// An agent is about to tell a holder what to hold.
  func holding(_ processes: [ProcessIdentity], ofStep step: Int, by agent: AgentProgram) {
    guard let ledger = ledgers.values.first(where: { $0.agent === agent }) else {
      return world.violate("nothing is held without a ledger")
    }
    checkEffect(.injection(step: step, index: 0), ofStep: step, in: ledger)
    for process in processes {
      checkTarget(process, .release(process), ofStep: step, in: ledger)
    }
    let intent = agent.computer.disk.durableLedger(ofRun: ledger.name)?.step(step)?.intent
    if let holder = agent.holders[step], intent?.holder != holder.identity {
      world.violate("the holder is in the ledger before it holds anything")
    }
    if let deadline = ledger.deadlines[step] {
      for process in processes {
        let fault = StoppedProcess(process: process, step: step, deadline: deadline)
        ledger.faults.append(fault)
        watch(fault, of: ledger)
      }
    }
  }

  private func checkTarget(
    _ process: ProcessIdentity, _ undo: Undo?, ofStep step: Int, in ledger: GuardedLedger
  ) {
    let durable = ledger.computer.disk.durableLedger(ofRun: ledger.name)?.step(step)?.intent.undo
    if let undo, durable?.contains(undo) != true {
      world.violate("the undo is durable before a process is stopped")
    }
    if ledger.computer.targetLocks[process] != ledger.agent.identity {
      world.violate("a target is locked before it is hit")
    }
    if let facts = ledger.computer.facts(of: process), facts.programName != "victim" {
      world.violate("a stranger's process is never touched")
    }
  }

  func sent(
    _ signal: Signal, to process: ProcessIdentity, _ outcome: SignalOutcome, for work: AgentWork,
    by agent: AgentProgram
  ) {
    guard case .injection(let step, _) = work, signal == .stop, outcome == .delivered,
      let ledger = ledgers.values.first(where: { $0.agent === agent }),
      let deadline = ledger.deadlines[step]
    else { return }
    let fault = StoppedProcess(process: process, step: step, deadline: deadline)
    ledger.faults.append(fault)
    watch(fault, of: ledger)
  }

  func checkEffect(_ work: AgentWork, ofStep step: Int, in ledger: GuardedLedger) {
    if !mayTouch { world.violate("a dry run and a refused run touch nothing") }
    if !ledger.performed.insert(work).inserted { world.violate("no effect happens twice") }
    if ledger.undone.contains(step) { world.violate("no effect comes after its undo") }
    // That it has just ended the agent may not know yet.
    let isMissed = ledger.guardianEnded.map { world.now - $0 > .milliseconds(200) } ?? false
    if ledger.guardian?.isReady != true || isMissed && ledger.agent.isLongAwake {
      world.violate("the guardian is ready before the first effect")
    }
    let durable = ledger.computer.disk.durableLedger(ofRun: ledger.name)
    if durable?.step(step) == nil { world.violate("the intent is durable before the effect") }
  }

  /// A process is about to be continued.
  func undoing(_ process: ProcessIdentity, in name: String, by program: Program) {
    guard let state = program.computer.disk.ledger(ofRun: name) else {
      return world.violate("what is undone is in a ledger")
    }
    let steps = state.steps.filter {
      $0.intent.undo.contains(.resume(process)) || $0.intent.holder == process
    }
    if steps.isEmpty { world.violate("only what a ledger names is continued") }
    // Somebody else may have stopped the process since.
    if !steps.isEmpty, steps.allSatisfy(\.isUndone) {
      world.violate("what is proved undone is not undone again")
    }
    if state.bootID != program.computer.bootID {
      world.violate("processes of an earlier boot are not touched")
    }
    if state.pidNamespace != Computer.pidNamespace {
      world.violate("processes of another namespace are not touched")
    }
    let ledger = ledger(name, on: program.computer)
    for step in steps { ledger?.undone.insert(step.intent.step) }
    if let agent = ledger?.agent, agent !== program, agent.isAlive {
      world.violate("the agent is fenced before the undo")
    }
  }

  /// An agent is about to run a command.
  func running(_ command: Command, for work: AgentWork, by agent: AgentProgram) {
    guard let ledger = ledgers.values.first(where: { $0.agent === agent }) else {
      return world.violate("no command runs without a ledger")
    }
    switch work {
    case .action(let step): checkEffect(work, ofStep: step, in: ledger)
    default: running(command, in: ledger.name, by: agent)
    }
  }

  /// An undo or a rollback is about to run.
  func running(_ command: Command, in name: String, by program: Program) {
    guard let state = program.computer.disk.ledger(ofRun: name) else {
      return world.violate("what is undone is in a ledger")
    }
    let ledger = ledger(name, on: program.computer)
    if let agent = ledger?.agent, agent !== program, agent.isAlive {
      world.violate("the agent is fenced before the undo")
    }
    if program.computer.ledgerLocks[name] != program.identity {
      world.violate("whoever undoes holds the ledger")
    }
    if let step = state.steps.last(where: { $0.intent.undo.contains { $0.command == command } }) {
      ledger?.undone.insert(step.intent.step)
      checkOrder(of: step, in: state, ledger, by: program)
    } else if let index = state.rollbacks.firstIndex(where: { $0.command == command }) {
      checkRollback(index, in: state, by: program)
    } else {
      world.violate("only what a ledger names is run")
    }
    let session = state.steps.last { $0.intent.undo.contains { $0.command == command } }?.session
    if let session, program.computer.facts(of: session) != nil {
      world.violate("an undo does not run beside its action")
    }
  }

  /// What is undone without being asked for goes from the newest to the oldest.
  private func checkOrder(
    of step: LedgerState.Step, in state: LedgerState, _ ledger: GuardedLedger?, by program: Program
  ) {
    let isUnasked = (program as? AgentProgram).map { $0.lostAt != nil } ?? true
    guard isUnasked, let place = state.steps.firstIndex(of: step) else { return }
    for later in state.steps[(place + 1)...] where later.isUndone == false {
      // One whose action has yet to end is undone when it has.
      if program is AgentProgram, !later.isInjected { continue }
      for command in later.intent.undo.compactMap(\.command)
      where history(of: command, on: program.computer).starts == 0 {
        world.violate("undos run from the newest step to the oldest")
      }
    }
  }

  private func checkRollback(_ index: Int, in state: LedgerState, by program: Program) {
    for earlier in state.rollbacks.prefix(index)
    where history(of: earlier.command, on: program.computer).ends == 0
      && interruptions[program.computer.number] == nil
    {
      world.violate("rollbacks run in their order")
    }
  }
}
