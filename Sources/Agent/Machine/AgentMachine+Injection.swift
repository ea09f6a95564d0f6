internal import Model

/// Effects: faults and actions, each after its undo is in the ledger.
extension AgentMachine {
  mutating func inject(
    _ number: Int, _ step: Int, deadline: Duration, _ authorsUndo: Command?, at now: Duration
  ) -> [AgentEffect] {
    guard isBegun else {
      return [refuse(number, Refusal("nothing is injected before begin"))]
    }
    guard isGuarded else {
      return [refuse(number, Refusal("the guardian was lost and its successor is not ready yet"))]
    }
    guard let prepared = prepared[step] else {
      return [refuse(number, Refusal("step \(step) has not been prepared"))]
    }
    guard ledger.step(step) == nil, injecting[step] == nil else {
      return [refuse(number, Refusal("step \(step) has been injected already"))]
    }
    guard deadline > .zero, deadline <= Limits.duration else {
      return [refuse(number, Refusal("a fault needs a deadline of at most a week"))]
    }
    if let gone = whatIsGone(of: prepared) {
      var evidence = evidence(of: prepared, step, isEnding: false)
      evidence.achieved = "nothing was touched: \(gone) was gone before the fault"
      evidence.isInForce = false
      return [reply(number, .injected(evidence: evidence))]
    }
    do throws(Refusal) {
      // Between plan and step the targets may have changed, such as been stopped by someone else.
      if case .processes(let fault, let targets) = prepared.aim {
        guard try injection(of: fault, into: targets) == prepared.injection else {
          throw Refusal("what the fault would do is no longer what was shown", cure: "plan again")
        }
      }
    } catch {
      return [refuse(number, error)]
    }
    return start(prepared, number, step, deadline: now + deadline, authorsUndo, at: now)
  }

  /// Locks the targets and, where the fault needs a holder, has that started first: it must be known
  /// by the time the undo is written down.
  private mutating func start(
    _ prepared: Prepared, _ number: Int, _ step: Int, deadline: Duration, _ authorsUndo: Command?,
    at now: Duration
  ) -> [AgentEffect] {
    current = (number, step)
    let needsHolder = prepared.injection.needsHolder
    injecting[step] = Injecting(
      number: number, deadline: deadline,
      // The undo is performed in reverse: the author's command comes after what we put back.
      undo: (authorsUndo.map { [Undo.run($0)] } ?? [])
        + prepared.injection.undo.map { $0.named(for: ledger.run) },
      isWaitingForHolder: needsHolder, effectCount: prepared.injection.effects.count,
      measureUntil: now + Self.measureLimit)
    if case .traffic = prepared.aim {
      return [
        .lockTraffic(trafficKeys(of: prepared), run: ledger.run),
        .startNetworkHolder(step: step, run: ledger.run),
      ]
    }
    // Those that were known at `begin` are locked already; `resolve: step` may bring others.
    let lock = AgentEffect.lock(prepared.targets.sorted(), run: ledger.run)
    if needsHolder { return [lock, .startHolder(step: step, run: ledger.run)] }
    return [lock] + perform(prepared, step, holder: nil, at: now)
  }

  /// Writes the undo down, and then does what it undoes.
  private mutating func perform(
    _ prepared: Prepared, _ step: Int, holder: ProcessIdentity?, at now: Duration
  ) -> [AgentEffect] {
    guard let injecting = injecting[step] else { return [] }
    lastLook = now
    let intent = LedgerIntent(
      step: step, kind: prepared.kind, undo: injecting.undo,
      undoClass: prepared.injection.undoClass, holder: holder, deadline: injecting.deadline)
    var effects = [append(.intent(intent))]
    var held: [ProcessIdentity] = []
    for (index, effect) in prepared.injection.effects.enumerated() {
      switch effect {
      case .signal(let process, let signal):
        effects.append(.send(signal, process, .injection(step: step, index: index)))
      case .hold(let process): held.append(process)
      case .network(let rules):
        effects += holdNetwork(rules, step, until: injecting.deadline)
      }
    }
    if !held.isEmpty { effects.append(.hold(step: step, held, until: injecting.deadline)) }
    noteShaping(step)
    effects.append(note(.injected(step: step)))
    return effects
  }

  mutating func holderReady(
    _ step: Int, _ holder: ProcessIdentity, at now: Duration
  ) -> [AgentEffect] {
    // The run may have been ended, the step undone, the guardian lost, or the deadline passed, while
    // the holder was starting; its end is then the answer to the injection.
    guard isBegun, isGuarded, let waiting = injecting[step], waiting.isWaitingForHolder,
      now < waiting.deadline, let prepared = prepared[step],
      let number = injecting[step]?.number
    else { return [.endHolder(step: step)] }
    injecting[step]?.isWaitingForHolder = false
    injecting[step]?.measureUntil = now + Self.measureLimit
    current = (number, step)
    return perform(prepared, step, holder: holder, at: now)
  }

  mutating func held(
    _ step: Int, _ outcome: SignalOutcome, at now: Duration
  ) -> [AgentEffect] {
    for (index, effect) in (prepared[step]?.injection.effects ?? []).enumerated()
    where effect.needsHolder && injecting[step]?.outcomes[index] == nil {
      injecting[step]?.outcomes[index] = outcome
    }
    return measure(step, at: now)
  }

  /// A holder that ends with its fault in force is found out when that is inspected; one that ends
  /// before holds nothing.
  mutating func holderEnded(_ step: Int, at now: Duration) -> [AgentEffect] {
    guard let injecting = injecting[step] else { return [] }
    if injecting.isWaitingForHolder {
      self.injecting[step] = nil
      return [refuse(injecting.number, Refusal("the holder of step \(step) ended at its start"))]
    }
    return held(step, .failed("the holder of the targets has ended"), at: now)
  }

  /// What of a fault's targets is no longer there, in words; nil if all of it is.
  private func whatIsGone(of prepared: Prepared) -> String? {
    switch prepared.aim {
    case .processes(_, let targets):
      targets.first { !isAlive($0) }.map { "process \($0.pid)" }
    case .traffic(_, let traffic): whatIsGone(of: traffic)
    }
  }

  private func isAlive(_ target: ProcessIdentity) -> Bool {
    guard let process = host.process(target.pid) else { return false }
    return process.identity == target && !process.isDead
  }

  /// What is measured of a fault now.
  func evidence(of prepared: Prepared, _ step: Int, isEnding: Bool) -> Evidence {
    switch prepared.aim {
    case .processes(let fault, let targets): fault.inspect(targets, on: host)
    case .traffic(let fault, let traffic):
      fault.inspect(
        NetworkInspection(
          rules: prepared.injection.rules?.named(for: ledger.run) ?? NetworkRules(),
          sharing: rulesSharing(step), traffic: traffic, isEnding: isEnding,
          wasSelectedByOthers: selectedByOthers.contains(step), statistics: statistics[step],
          rivals: isEnding ? rivals(of: step, traffic) : []),
        on: host)
    }
  }

  mutating func act(
    _ number: Int, _ step: Int, _ command: Command, _ undo: Command?
  ) -> [AgentEffect] {
    guard isBegun, isGuarded else {
      return [refuse(number, Refusal("nothing is run before begin"))]
    }
    guard ledger.step(step) == nil else {
      return [refuse(number, Refusal("step \(step) has been run already"))]
    }
    let missing = Set(command.capabilities).subtracting(capabilities)
    guard missing.isEmpty else {
      return [
        refuse(
          number,
          Refusal(
            "the action lists \(missing.sorted().joined(separator: ", ")), which this agent gave "
              + "up at begin", cure: "the runner must allow it before begin"))
      ]
    }
    current = (number, step)
    acting[step] = number
    let intent = LedgerIntent(
      step: step, kind: "run", undo: undo.map { [.run($0)] } ?? [], undoClass: .none,
      deadline: nil)
    // Whoever takes the run over knows by it what the action has started, after its own end too.
    var command = command
    command.environment[ActionMark.variable] = ledger.run
    return [append(.intent(intent)), .run(command, .action(step: step))]
  }

  // MARK: Outcomes

  mutating func sent(
    _ work: AgentWork, _ outcome: SignalOutcome, at now: Duration
  ) -> [AgentEffect] {
    switch work {
    case .injection(let step, let index):
      injecting[step]?.outcomes[index] = outcome
      return measure(step, at: now)
    case .undo(let unwinding, let process):
      return advance(unwinding, .sent(process, outcome), at: now)
    case .action, .command: return []
    }
  }

  mutating func ran(
    _ work: AgentWork, _ result: CommandResult, at now: Duration
  ) -> [AgentEffect] {
    switch work {
    case .action(let step):
      guard let number = acting.removeValue(forKey: step) else { return [] }
      let waiting = undoAfterAction.removeValue(forKey: step) ?? []
      return [note(.injected(step: step)), reply(number, .acted(result: result.excerpt))]
        + waiting.flatMap { undo($0, step, at: now) }
        + (isEnding ? unwindRest(at: now) : [])
    case .command(let unwinding): return advance(unwinding, .ran(result), at: now)
    case .injection, .undo: return []
    }
  }

  /// Answers once the fault is in force, or can't be expected to be any more.
  mutating func measure(_ step: Int, at now: Duration) -> [AgentEffect] {
    guard let injecting = injecting[step], let prepared = prepared[step],
      !injecting.isWaitingForHolder, injecting.outcomes.count == injecting.effectCount
    else { return [] }
    var evidence = evidence(of: prepared, step, isEnding: false)
    let failures = injecting.outcomes.sorted { $0.key < $1.key }.compactMap { $0.value.problem }
    if let failure = failures.first {
      evidence.achieved = evidence.isInForce ? failure : "\(evidence.achieved); \(failure)"
      evidence.isInForce = false
    } else if !evidence.isInForce, now < injecting.measureUntil {
      lastLook = now
      return []
    }
    self.injecting[step] = nil
    return [reply(injecting.number, .injected(evidence: evidence))]
  }
}

extension SignalOutcome {
  /// Why a signal had no effect; nil if it had.
  var problem: String? {
    switch self {
    case .delivered: nil
    case .gone: "a target had ended before its signal"
    case .failed(let reason): reason
    }
  }
}
