internal import Model

/// Putting back: on request, at a deadline, and at the end however it comes.
extension AgentMachine {
  mutating func undo(_ number: Int, _ step: Int, at now: Duration) -> [AgentEffect] {
    guard let entry = ledger.step(step) else {
      guard isBegun, injecting[step] == nil else {
        return [refuse(number, Refusal("step \(step) has not been injected"))]
      }
      // It was refused before anything was touched: there is nothing to put back.
      return [reply(number, .undone(step: step, proofs: []))]
    }
    if acting[step] != nil {
      // The command is ended first: its undo must not run beside it.
      undoAfterAction[step, default: []].append(number)
      return [.cancel(.action(step: step))]
    }
    if let busy = running.first(where: { $0.value.steps.contains(step) })?.key {
      running[busy]?.waiting.append((number, step))
      return []
    }
    if entry.isUndone {
      return [reply(number, .undone(step: step, proofs: entry.proofs ?? []))]
    }
    return stopInjecting(step) + unwind([entry], .request, waiting: [(number, step)], at: now)
  }

  mutating func rollBack(_ number: Int, at now: Duration) -> [AgentEffect] {
    guard isBegun else { return [refuse(number, Refusal("there is no run to roll back"))] }
    guard !isRollingBack else {
      return [refuse(number, Refusal("the rollbacks are running already"))]
    }
    return unwind([], .rollback(number), rollbacks: ledger.pendingRollbacks, at: now)
  }

  private var isRollingBack: Bool {
    running.values.contains { if case .rollback = $0.purpose { true } else { false } }
  }

  /// The steps whose deadline nobody attends to yet.
  var expirable: [LedgerState.Step] {
    ledger.pendingSteps.filter { step in
      // One that was tried and could not be proved is not tried for ever; it stays pending.
      step.proofs == nil && !running.values.contains { $0.steps.contains(step.intent.step) }
    }
  }

  mutating func wake(at now: Duration) -> [AgentEffect] {
    var effects: [AgentEffect] = []
    for step in injecting.keys.sorted() { effects += measure(step, at: now) }
    for key in running.keys.sorted() {
      if let wake = running[key]?.unwinding.nextWake, wake <= now {
        effects += advance(key, .wake, at: now)
      }
    }
    guard !isEnding else { return effects }
    switch phase {
    case .beginning, .begun:
      let isSilent = now >= lastHeard + AgentProtocol.silence
      let isOverdue = ledger.deadline.map { $0 <= now } ?? false
      if isSilent || isOverdue { return effects + end(number: nil, at: now) }
    default: break
    }
    let expired = expirable.filter { $0.deadline.map { $0 <= now } ?? false }
    for step in expired {
      effects += stopInjecting(step.intent.step) + unwind([step], .expiry, at: now)
    }
    return effects
  }

  /// Undoes everything that is left and then ends.
  mutating func end(number: Int?, at now: Duration) -> [AgentEffect] {
    switch phase {
    case .new, .greeted:
      phase = .over
      let none = LedgerStatus(run: "", isKnown: false, pending: [], proofs: [])
      return (number.map { [reply($0, .ended(none))] } ?? []) + [.exit]
    case .beginning(let waiting):
      let why = number == nil ? "the runner was lost" : "the runner ended the run"
      let none = LedgerStatus(run: "", isKnown: false, pending: [], proofs: [])
      let farewell = number.map { [reply($0, .ended(none))] } ?? []
      return farewell + abandon(waiting, Refusal(why))
    case .ending, .over: return []
    case .begun: break
    }
    phase = .ending(number: number)
    var effects = acting.keys.sorted().map { AgentEffect.cancel(.action(step: $0)) }
    for step in injecting.keys.sorted() { effects += stopInjecting(step) }
    return effects + unwindRest(at: now)
  }

  /// Undoes what nobody undoes yet; what an action did, and the rollbacks, once no action runs.
  mutating func unwindRest(at now: Duration) -> [AgentEffect] {
    let busy = Set(running.values.flatMap(\.steps)).union(acting.keys)
    let left = ledger.pendingSteps.filter { !busy.contains($0.intent.step) }
    let rollbacks = isRollingBack || !acting.isEmpty ? [] : ledger.pendingRollbacks
    return unwind(left, .ending, rollbacks: rollbacks, at: now)
  }

  /// Answers an injection that its undo overtakes; a holder that has no order yet is ended.
  private mutating func stopInjecting(_ step: Int) -> [AgentEffect] {
    guard let injecting = injecting.removeValue(forKey: step) else { return [] }
    let answer = refuse(
      injecting.number, Refusal("step \(step) was undone before it was in force"))
    return injecting.isWaitingForHolder ? [.endHolder(step: step), answer] : [answer]
  }

  // MARK: Unwindings

  private mutating func unwind(
    _ steps: [LedgerState.Step], _ purpose: Purpose,
    rollbacks: [(index: Int, command: Command)] = [],
    waiting: [(number: Int, step: Int)] = [], at now: Duration
  ) -> [AgentEffect] {
    let closings = closeGates(of: steps.map(\.intent.step))
    lastUnwinding += 1
    let key = lastUnwinding
    var unwinding = Unwinding(steps: steps, rollbacks: rollbacks)
    arrange(&unwinding, key)
    let effects = unwinding.start(at: now, on: host)
    running[key] = Running(
      unwinding: unwinding, steps: Set(steps.map(\.intent.step)), purpose: purpose,
      waiting: waiting)
    // What needs no command may be through at once.
    return closings + perform(effects, for: key) + finish(key) + wakeOthers(than: key, at: now)
  }

  mutating func advance(
    _ key: Int, _ event: UnwindingEvent, at now: Duration
  ) -> [AgentEffect] {
    guard var unwinding = running[key]?.unwinding else { return [] }
    let open = unwinding.openSteps
    arrange(&unwinding, key)
    let effects = unwinding.handle(event, at: now, on: host)
    running[key]?.unwinding = unwinding
    let isThroughWithOne = unwinding.openSteps != open
    return perform(effects, for: key) + finish(key)
      + (isThroughWithOne ? wakeOthers(than: key, at: now) : [])
  }

  /// Has an unwinding take account of the others.
  ///
  /// What is undone without being asked for goes from the newest step to the oldest, also where the runner
  /// had asked for one of them before.
  private func arrange(_ unwinding: inout Unwinding, _ key: Int) {
    guard case .ending = phase else { return }
    let open = Set(running.filter { $0.key != key }.values.flatMap(\.unwinding.openSteps))
    let order = ledger.steps.map(\.intent.step)
    let newest = order.lastIndex(where: open.contains)
    unwinding.waitingSteps = newest.map { Set(order[..<$0]) } ?? []
    unwinding.doRollbacksWait = newest != nil
  }

  /// One is through with a step: others may have waited for that.
  private mutating func wakeOthers(than key: Int, at now: Duration) -> [AgentEffect] {
    guard case .ending = phase else { return [] }
    return running.keys.sorted().filter { $0 != key }.flatMap { advance($0, .wake, at: now) }
  }

  private mutating func perform(_ effects: [UnwindingEffect], for key: Int) -> [AgentEffect] {
    effects.map { effect in
      switch effect {
      case .note(let entry): note(entry)
      case .send(let signal, let process):
        .send(signal, process, .undo(unwinding: key, process))
      case .run(let command): .run(command, .command(unwinding: key))
      }
    }
  }

  /// Says what an unwinding came to, once it is through.
  private mutating func finish(_ key: Int) -> [AgentEffect] {
    guard let through = running[key], through.unwinding.isFinished else { return [] }
    running[key] = nil
    var effects = through.waiting.map { waiting in
      let proofs = through.unwinding.proofs[waiting.step] ?? []
      return reply(waiting.number, .undone(step: waiting.step, proofs: proofs))
    }
    switch through.purpose {
    case .request, .ending: break
    case .expiry:
      for step in through.steps.sorted() {
        let proofs = through.unwinding.proofs[step] ?? []
        effects.append(reply(nil, .expired(step: step, proofs: proofs)))
      }
    case .rollback(let number):
      effects.append(reply(number, .rolledBack(results: ledger.rollbackResults)))
    }
    return effects + endIfThrough()
  }

  private mutating func endIfThrough() -> [AgentEffect] {
    guard case .ending = phase, running.isEmpty, acting.isEmpty else { return [] }
    guard ledger.isSettled else { return dismissed() }
    return [note(.closed), .dismissGuardian]
  }

  /// The last word; without a guardian's farewell where something is left for it to try again.
  mutating func dismissed() -> [AgentEffect] {
    // A guardian that is lost while an action still ends is no reason to leave the action's undo.
    guard case .ending(let number) = phase, running.isEmpty, acting.isEmpty else { return [] }
    phase = .over
    // After a lost pipe the ledger stays, so that the runner can come back and ask.
    let isRemovable = ledger.isSettled && number != nil
    return [
      .closeLedger(remove: isRemovable), reply(number, .ended(ledger.status)), .exit,
    ]
  }
}
