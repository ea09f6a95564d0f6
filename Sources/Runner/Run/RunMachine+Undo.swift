import Model
import Verdict

extension RunMachine {
  /// Ends the method and puts everything back, last in, first out.
  mutating func startUndo() {
    if phase == .method { closePhase("method") }
    phase = .undoing
    for index in steps.indices where steps[index].state == .pending {
      steps[index].state = .done
    }
    for index in steps.indices {
      if steps[index].hasTouchedNothing { steps[index].state = .done }
      if steps[index].plan.kind == .wait { steps[index].state = .done }
    }
    advanceUndo()
  }

  /// Undoes the newest step that is still open; the next one follows when it is done.
  mutating func advanceUndo() {
    guard phase == .undoing else { return }
    while let index = openSteps.last {
      dropLostHosts(of: index)
      switch steps[index].state {
      // An injection is a matter of milliseconds, and what it did can be undone only when that is
      // known. An action may take a minute: its agent ends it before the undo.
      case .starting(let hosts):
        if !hosts.isEmpty, steps[index].plan.kind == .fault || !isStopping { return }
        undo(index)
      case .active: undo(index)
      case .undoing(let hosts):
        if !hosts.isEmpty { return }
        steps[index].state = .done
        openSteps.removeLast()
      case .pending, .delayed, .resolving, .preparing, .done: openSteps.removeLast()
      }
    }
    // What a lost agent's guardian undoes is known once its ledger has been asked for; before that the
    // steady state can't be expected to come back.
    if hasTouched, agents.values.contains(where: { $0.state == .reconnecting }) { return }
    undoFinished = now
    closePhase("undo")
    startRollbacks()
  }

  private var isStopping: Bool { stopReason != nil || interruption != nil }

  /// Has a step put back; a fault that was in force is measured once more, just before.
  ///
  /// Both are asked for at once, since an agent does one after the other: a run that is being stopped loses
  /// no time, and yet does not blame a fault that has hit nothing.
  mutating func undo(_ index: Int) {
    steps[index].ended = now
    let hosts = steps[index].plan.fault?.injections.map(\.host) ?? steps[index].plan.hosts
    for host in hosts where steps[index].isActive && isFaultOpen(index, on: host) {
      ask(.inspect(step: index), of: host, as: .inspect(step: index))
    }
    steps[index].state = .undoing(Set(hosts))
    for host in hosts {
      closeFault(index, on: host)
      ask(.undo(step: index), of: host, as: .undo(step: index))
    }
    dropLostHosts(of: index)
  }

  /// Whether a step is a fault that nobody has ended on a host yet.
  private func isFaultOpen(_ index: Int, on host: String) -> Bool {
    faultIndex[FaultKey(step: index, host: host)].map { record.faults[$0].isOpen } ?? false
  }

  /// Ends a fault's window in the record, if it is still open.
  private mutating func closeFault(_ index: Int, on host: String) {
    guard let place = faultIndex[FaultKey(step: index, host: host)] else { return }
    let time = seconds(now)
    record.faults[place].close(at: time)
  }

  /// Hosts whose agent is lost answer no more; their ledgers will.
  mutating func dropLostHosts(of index: Int) {
    for (host, link) in agents where link.state != .connected {
      steps[index].answer(from: host)
    }
  }

  mutating func takeUndone(_ proofs: [UndoProof], step index: Int, host: String) {
    noteUndone(proofs, step: index, host: host)
    steps[index].answer(.undo, from: host)
  }

  /// An agent ended a fault at its deadline, without being told.
  mutating func takeExpiry(of index: Int, proofs: [UndoProof], host: String) {
    guard steps.indices.contains(index) else { return }
    let name = steps[index].plan.name
    tell("fault.expired", "the deadline passed; the agent ended it", step: name, host: host)
    closeFault(index, on: host)
    noteUndone(proofs, step: index, host: host)
    stop("'\(name)' ran into its deadline", ended: .error)
  }

  private mutating func noteUndone(_ proofs: [UndoProof], step index: Int, host: String) {
    let name = steps[index].plan.name
    let isProved = proofs.allSatisfy(\.isProved)
    if !isProved { hasUnprovedUndo = true }
    let proofs = proofs.map { proof in
      UndoProof(
        step: proof.step, isProved: proof.isProved,
        evidence: specification.redaction.apply(to: proof.evidence))
    }
    if let place = faultIndex[FaultKey(step: index, host: host)] {
      record.faults[place].undo += proofs
      record.faults[place].undone = isProved
    } else if let undo = steps[index].plan.undo {
      record.actions += proofs.map { proof in
        ActionRecord(
          step: name, role: .undo, host: host, command: undo.shown, at: seconds(now),
          outcome: proof.evidence, succeeded: proof.isProved, output: "", errors: "")
      }
    }
    tell(
      isProved ? "undo.proved" : "undo.failed",
      proofs.isEmpty ? "nothing to undo" : proofs.map(\.evidence).joined(separator: "; "),
      step: name, host: host)
  }

  // MARK: Rollbacks

  private mutating func startRollbacks() {
    phase = .rollingBack
    rollbackHosts = hasTouched ? rollbackOrder : []
    if !rollbackHosts.isEmpty { tell("rollbacks.started", "running the rollbacks") }
    askForRollback()
    advanceRollbacks()
  }

  private mutating func askForRollback() {
    guard let host = rollbackHosts.first else { return }
    ask(.rollback, of: host, as: .rollback)
  }

  mutating func advanceRollbacks() {
    guard phase == .rollingBack else { return }
    while let host = rollbackHosts.first, agents[host]?.state != .connected {
      rollbackHosts.removeFirst()
      askForRollback()
    }
    guard rollbackHosts.isEmpty else { return }
    if !rollbackOrder.isEmpty, hasTouched { closePhase("rollbacks") }
    startRecovery()
  }

  mutating func takeRolledBack(_ results: [CommandResult], host: String) {
    noteRollbacks(results, host: host)
    if rollbackHosts.first == host { rollbackHosts.removeFirst() }
    askForRollback()
  }

  /// What the rollbacks of a host came to, in their order.
  mutating func noteRollbacks(_ results: [CommandResult], host: String) {
    let rollbacks = specification.plan.rollbacks.filter { $0.host == host }
    for (rollback, result) in zip(rollbacks, results) {
      noteAction(
        rollback.name, role: .rollback, host: host, command: rollback.command.shown,
        result: result)
      tell(
        result.isSuccess ? "rollback.ended" : "rollback.failed", result.summary,
        step: rollback.name, host: host)
      if !result.isSuccess { failedActions.append("rollback '\(rollback.name)' \(result.summary)") }
    }
  }

  mutating func noteAction(
    _ step: String, role: ActionRecord.Role, host: String, command: String, result: CommandResult
  ) {
    func excerpt(_ text: String) -> String {
      String(specification.redaction.apply(to: text).suffix(4 * Limits.excerptLength))
    }
    record.actions.append(
      ActionRecord(
        step: step, role: role, host: host, command: command, at: seconds(now),
        outcome: result.summary, succeeded: result.isSuccess, output: excerpt(result.output),
        errors: excerpt(result.errors)))
  }
}
