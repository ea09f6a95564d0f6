import Model
import Verdict

extension RunMachine {
  /// Gives the steps of a group their turn.
  mutating func startGroup(_ number: Int) {
    group = number
    groupStart = now
    for index in steps.indices where steps[index].plan.group == number {
      steps[index].state = .delayed(until: now + .seconds(steps[index].plan.afterSeconds))
    }
    advanceMethod()
  }

  /// Moves every step on whose time has come.
  mutating func advanceMethod() {
    guard phase == .method else { return }
    for index in steps.indices { advanceStep(index) }
    letExpectationsPass()
    guard phase == .method else { return }
    let current = steps.indices.filter { steps[$0].plan.group == group }
    guard current.allSatisfy({ steps[$0].isPassed }) else { return }
    if steps.contains(where: { $0.plan.group > group }) {
      startGroup(group + 1)
    } else if steps.allSatisfy({ $0.expectations.allSatisfy(\.isDecided) }) {
      tell("method.ended", "the method has ended")
      startUndo()
    }
  }

  private mutating func advanceStep(_ index: Int) {
    switch steps[index].state {
    case .delayed(let time) where now >= time: begin(index)
    case .active(let until?) where now >= until:
      if steps[index].plan.kind == .wait {
        finishWait(index)
      } else {
        undo(index)
      }
    case .resolving(let hosts) where hosts.isEmpty: choose(index)
    case .preparing(let hosts) where hosts.isEmpty: inject(index)
    case .starting(let hosts) where hosts.isEmpty: activate(index)
    case .undoing(let hosts) where hosts.isEmpty: steps[index].state = .done
    default: break
    }
  }

  private mutating func begin(_ index: Int) {
    let plan = steps[index].plan
    let hosts = Set(plan.hosts)
    switch plan.kind {
    case .wait: beginWait(index)
    case .run:
      guard let command = specification.commands[index], let host = plan.hosts.first else {
        failAction(index, "its command could not be made")
        return
      }
      touch(index)
      steps[index].state = .starting(hosts)
      tell("action.started", "running \(plan.command?.shown ?? "")", step: plan.name, host: host)
      ask(
        .act(step: index, command: command, undo: plan.undo), of: host, as: .act(step: index))
    case .fault where plan.fault?.resolution == .step: resolve(index)
    case .fault: inject(index)
    }
  }

  private mutating func inject(_ index: Int) {
    let plan = steps[index].plan
    let injections = plan.fault?.injections ?? []
    guard !injections.isEmpty else {
      return refuseChoice(of: index, "the plan says nothing of what it would do")
    }
    touch(index)
    steps[index].state = .starting(Set(injections.map(\.host)))
    for injection in injections {
      openFault(injection, of: index)
      tell(
        "fault.injecting", faultText(injection, of: plan), step: plan.name, host: injection.host)
      ask(
        .inject(step: index, deadlineSeconds: plan.deadlineSeconds, undo: plan.undo),
        of: injection.host, as: .inject(step: index))
    }
  }

  /// From here on there may be something to undo.
  private mutating func touch(_ index: Int) {
    hasTouched = true
    openSteps.append(index)
  }

  private func faultText(_ injection: PlannedInjection, of plan: PlannedStep) -> String {
    guard !injection.targets.isEmpty else {
      return "injecting \(plan.fault?.kind ?? "") into traffic: \(plan.fault?.traffic ?? "")"
    }
    let pids = injection.targets.prefix(8).map { String($0.process.pid) }.joined(separator: ", ")
    let more = injection.targets.count > 8 ? " and \(injection.targets.count - 8) more" : ""
    return "injecting \(plan.fault?.kind ?? "") into \(pids)\(more)"
  }

  private mutating func openFault(_ injection: PlannedInjection, of index: Int) {
    let plan = steps[index].plan
    faultIndex[FaultKey(step: index, host: injection.host)] = record.faults.count
    record.faults.append(
      FaultRecord(
        step: plan.name, kind: plan.fault?.kind ?? "", host: injection.host,
        targets: injection.targets, undoClass: injection.injection.undoClass,
        requested: injection.injection.effects.flatMap(\.shown).joined(separator: ", "),
        requestedSeconds: plan.forSeconds))
    record.faults[record.faults.count - 1].traffic = plan.fault?.traffic
  }

  mutating func takeInjected(_ evidence: Evidence, step index: Int, host: String) {
    let time = seconds(now)
    if let place = faultIndex[FaultKey(step: index, host: host)] {
      if !evidence.requested.isEmpty { record.faults[place].requested = evidence.requested }
      record.faults[place].achieved = evidence.achieved
      record.faults[place].inForce = evidence.isInForce
      record.faults[place].open(at: time)
      record.faults[place].undone = false
    }
    let name = steps[index].plan.name
    steps[index].answer(.start, from: host)
    tell(
      evidence.isInForce ? "fault.in-force" : "fault.not-in-force", evidence.achieved, step: name,
      host: host)
    if !evidence.isInForce {
      stop("'\(name)' was not in force: \(evidence.achieved)", ended: .stopped)
    }
  }

  mutating func takeActed(_ result: CommandResult, step index: Int, host: String) {
    let plan = steps[index].plan
    noteAction(
      plan.name, role: .run, host: host, command: plan.command?.shown ?? "", result: result)
    // It was ended because the run is being put back; that is no failure of its own.
    guard case .starting = steps[index].state else { return }
    steps[index].answer(.start, from: host)
    if result.isSuccess {
      tell("action.ended", "the action succeeded", step: plan.name, host: host)
    } else {
      failAction(index, result.summary)
    }
  }

  private mutating func failAction(_ index: Int, _ reason: String) {
    let name = steps[index].plan.name
    failedActions.append("'\(name)' \(reason)")
    tell("action.failed", "the action \(reason)", step: name)
    stop("the action '\(name)' \(reason)", ended: .stopped)
  }

  /// Every host has answered: the step is in force, and its time and expectations begin.
  private mutating func activate(_ index: Int) {
    steps[index].began = now
    steps[index].state = .active(until: steps[index].plan.forSeconds.map { now + .seconds($0) })
    // An action that leaves nothing to undo and is not observed is over.
    if steps[index].plan.kind == .run, steps[index].plan.forSeconds == nil,
      steps[index].plan.undo == nil
    {
      steps[index].state = .done
    }
    for expectation in specification.experiment.steps[index].expectations {
      expect(
        expectation.condition, within: expectation.within, kind: .expectation, of: index,
        title: expectation.shown)
    }
  }

  /// What a fault came to over its whole time, measured just before its undo.
  mutating func takeInspected(_ evidence: Evidence, step index: Int, host: String) {
    let place = faultIndex[FaultKey(step: index, host: host)]
    // What was measured over the whole time says more than what could be seen at its beginning.
    if let place { record.faults[place].achieved = evidence.achieved }
    guard !evidence.isInForce else { return }
    if let place { record.faults[place].inForce = false }
    tell(
      "fault.not-in-force", "no longer in force before its undo: \(evidence.achieved)",
      step: steps[index].plan.name, host: host)
  }
}
