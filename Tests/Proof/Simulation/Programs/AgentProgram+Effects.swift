import Agent
import FoundationEssentials
import Model

/// What an agent does, on a simulated computer.
extension AgentProgram {
  func perform(_ effect: AgentEffect) {
    switch effect {
    case .reply(let message): answer(message)
    case .recover: recover()
    case .lock(let targets, _): lock(targets)
    case .openLedger(let run, let entry):
      attempt(.ledger) {
        ledger = try LedgerHandle(creating: run, entry, by: self)
        computer.oracle.opened(run, by: self)
      }
    case .append(let entry):
      attempt(.ledger) {
        guard ledger != nil else { throw SimulatedDisk.Failure(reason: "no ledger") }
        try ledger?.append(entry)
        ledger.flatMap { computer.oracle.ledger($0.name, on: computer) }?.appended(entry)
        guardian?.poke()
      }
    case .note(let entry):
      try? ledger?.append(entry)
      guardian?.poke()
    case .keepCapabilities:
      if computer.refusesPrivileges { fail(.privileges, "Operation not permitted") }
    case .startGuardian: startGuardian()
    case .dismissGuardian: dismissGuardian()
    case .send(let signal, let process, let work): send(signal, process, work)
    case .startHolder(let step, _): startHolder(step) { HolderProgram(of: self, onNews: $0) }
    case .startNetworkHolder(let step, _):
      startHolder(step) { RuleHolderProgram(of: self, onNews: $0) }
    case .hold(let step, let processes, let deadline):
      computer.oracle.holding(processes, ofStep: step, by: self)
      if let holder = holders[step] {
        holder.hold(processes, until: deadline)
      } else {
        append(.held(step: step, .failed("there is no holder")))
      }
    case .holdNetwork(let step, let order):
      computer.oracle.holding(order.rules, ofStep: step, by: self)
      if let holder = holders[step] as? RuleHolderProgram {
        holder.hold(order)
      } else {
        append(.held(step: step, .failed("there is no holder")))
      }
    case .lockTraffic(let keys, _): lock(keys)
    case .openGate(let holder, let step, let until):
      (holders[holder] as? RuleHolderProgram)?.tellGate(step, until: until?.nanoseconds)
    case .endHolder(let step): holders[step]?.end()
    case .run(let command, let work): start(command, work)
    case .cancel(let work): commands[work]?.cancel()
    case .watch(let number, _, _, _): append(.watching(number: number, nil))
    case .observe(let number, let probe): observe(probe, number)
    case .readState(let number): readState(number)
    case .closeLedger(let remove): closeLedger(remove: remove)
    case .removeLedger(let run): removeLedger(run)
    case .exit: leave()
    }
  }

  private func attempt(_ effect: FailedEffect, _ body: () throws -> Void) {
    do { try body() } catch { fail(effect, "\(error)") }
  }

  /// A process of its own clears what earlier runs left.
  private func recover() {
    let program = RecoverProgram(on: computer) { [weak self] isClean in
      self?.deliver(.recovered(CommandResult(ending: .exited(isClean ? 0 : 5))))
    }
    onEnd { program.end() }
    program.start()
  }

  private func lock(_ targets: [ProcessIdentity]) {
    for target in targets {
      if let holder = computer.targetLocks[target], holder != identity {
        fail(.lock, "process \(target.pid) is a target of another run")
        return
      }
      computer.targetLocks[target] = identity
    }
  }

  private func lock(_ keys: [TrafficKey]) {
    for key in keys {
      if let holder = computer.trafficLocks[key], holder != identity {
        return fail(.lock, "\(key.text) is a target of another run")
      }
      computer.trafficLocks[key] = identity
    }
  }

  private func startGuardian() {
    guard let ledger, !computer.refusesGuardians else {
      fail(.guardian, "Resource temporarily unavailable")
      return
    }
    let guardian = GuardianProgram(of: self, ledger: ledger.name)
    self.guardian = guardian
    guardian.onEnd { [weak self, weak guardian] in
      self?.run { [weak self] in
        guard let self, self.guardian === guardian else { return }
        self.guardian = nil
        deliver(isGuardianDismissed ? .guardianDismissed : .guardianLost)
      }
    }
    guardian.start { [weak self] in
      guard let self else { return }
      deliver(.guardianReady(guardian.identity, notes: []))
    }
    // One that is not ready in time is ended.
    run(after: .seconds(5)) { if !guardian.isReady { guardian.end() } }
  }

  private func dismissGuardian() {
    isGuardianDismissed = true
    guard let guardian else {
      append(.guardianDismissed)
      return
    }
    guardian.poke()
    run(after: .seconds(2)) { guardian.end() }
  }

  private func startHolder(
    _ step: Int, _ make: (@escaping (HolderProgram.News) -> Void) -> HolderProgram
  ) {
    if computer.refusesHolders { return fail(.holder, "Resource temporarily unavailable") }
    var started: ProcessIdentity?
    let holder = make { [weak self] news in
      guard let self, let identity = started else { return }
      switch news {
      case .ready: deliver(.holderReady(step: step, identity))
      case .held(let problem):
        if problem == nil { computer.oracle.inForce(step, by: self) }
        deliver(.held(step: step, problem.map { .failed($0) } ?? .delivered))
      case .ended:
        holders[step] = nil
        deliver(.holderEnded(step: step))
      }
    }
    started = holder.identity
    holders[step] = holder
    holder.start()
  }

  private func send(_ signal: Signal, _ process: ProcessIdentity, _ work: AgentWork) {
    computer.oracle.sending(signal, to: process, for: work, by: self)
    let outcome = computer.send(signal, to: process, by: .ours)
    computer.oracle.sent(signal, to: process, outcome, for: work, by: self)
    append(.sent(work, outcome))
  }

  private func start(_ command: Command, _ work: AgentWork) {
    computer.oracle.running(command, for: work, by: self)
    commands[work] = computer.run(command, by: self) { [weak self] result in
      guard let self else { return }
      commands[work] = nil
      deliver(.ran(work, result))
    }
    if case .action(let step) = work, let session = commands[work]?.session {
      try? ledger?.append(.started(step: step, session: session))
    }
  }

  private func observe(_ probe: Int, _ number: Int) {
    run(after: world.random.milliseconds(1...40)) { [self] in
      deliver(.observed(number: number, observe(probe)))
    }
  }

  /// A state in which nothing could be looked at: what is compared is the oracle's matter here.
  private func readState(_ number: Int) {
    var result = CommandResult(ending: .exited(1))
    if let data = try? JSONEncoder().encode(HostState()) {
      result = CommandResult(ending: .exited(0), output: String(decoding: data, as: UTF8.self))
    }
    run(after: world.random.milliseconds(1...50)) { [self] in
      deliver(.stateRead(number: number, result))
    }
  }

  private func closeLedger(remove: Bool) {
    if remove {
      guardian?.end()
      try? ledger?.remove()
    }
    ledger?.release()
    ledger = nil
    computer.targetLocks = computer.targetLocks.filter { $0.value != identity }
    computer.trafficLocks = computer.trafficLocks.filter { $0.value != identity }
  }

  private func removeLedger(_ run: String) {
    guard let file = try? LedgerHandle(takingOver: run, by: self) else { return }
    if file.state.isClosed, file.state.isSettled { try? file.remove() }
    file.release()
  }
}
