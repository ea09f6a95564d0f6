import Model

extension RunMachine {
  /// Sends a question to an agent, and remembers what it was.
  mutating func ask(_ request: Request, of host: String, as question: Question) {
    guard agents[host]?.state == .connected else { return }
    let number = nextNumber
    nextNumber += 1
    questions[host, default: [:]][number] = question
    effects.append(.send(host: host, RequestMessage(number: number, request: request)))
  }

  /// Whether an answer to some question is still awaited from any agent.
  func awaits(_ isMeant: (Question) -> Bool) -> Bool {
    questions.values.contains { $0.values.contains(where: isMeant) }
  }

  mutating func take(_ message: ReplyMessage, from host: String) {
    agents[host]?.heard = now
    if case .expired(let step, let proofs) = message.reply {
      takeExpiry(of: step, proofs: proofs, host: host)
      return
    }
    guard let number = message.number,
      let question = questions[host]?.removeValue(forKey: number)
    else { return }
    switch (question, message.reply) {
    case (.heartbeat, _), (.watch, .watching), (.arm, .armed), (.allow, .armed): break
    case (.state, .state(let state)): takeStateBefore(.success(state), of: host)
    case (.begin, .begun(let notes)):
      for note in notes { tell("agent.note", note, host: host) }
    case (.resolve(let step), .resolved(let candidates)):
      takeResolved(candidates, step: step, host: host)
    case (.prepare(let step), .prepared(let injection)):
      takePrepared(injection, step: step, host: host)
    case (.inject(let step), .injected(let evidence)):
      takeInjected(evidence, step: step, host: host)
    case (.inspect(let step), .inspected(let evidence)):
      takeInspected(evidence, step: step, host: host)
    case (.undo(let step), .undone(_, let proofs)):
      takeUndone(proofs, step: step, host: host)
    case (.act(let step), .acted(let result)): takeActed(result, step: step, host: host)
    case (.rollback, .rolledBack(let results)): takeRolledBack(results, host: host)
    case (.observe(let probe, let scheduled), .observed(let observation)):
      take(observation, of: probe, scheduled: scheduled)
    case (.end, .ended(let status)): takeLedger(status, of: host)
    case (_, .refused(let refusal)): takeRefusal(refusal, of: question, host: host)
    default:
      takeRefusal(
        Refusal("the agent answered something else than was asked"), of: question, host: host)
    }
  }

  private mutating func takeRefusal(_ refusal: Refusal, of question: Question, host: String) {
    let text = refusal.text
    switch question {
    case .state: takeStateBefore(.failure(refusal), of: host)
    case .allow, .begin, .watch, .arm:
      if question == .begin {
        // It has nothing of this run, and ends by itself: neither is the end of its pipe a loss, nor has it
        // a ledger to be asked for.
        agents[host]?.state = .ended
        questions[host] = nil
      }
      // A run that is being ended does not need what it had asked for.
      guard phase != .ending else { return }
      tell("agent.refused", text, host: host)
      refuse("\(host): \(text)")
    case .resolve(let step), .prepare(let step):
      refuseResolution(of: step, text, host: host)
    case .inject(let step):
      tell("fault.refused", text, step: steps[step].plan.name, host: host)
      let requested = steps[step].plan.fault?.kind ?? steps[step].plan.name
      takeInjected(
        Evidence(requested: requested, achieved: text, isInForce: false), step: step, host: host)
    case .inspect(let step):
      takeInspected(
        Evidence(requested: "", achieved: text, isInForce: false), step: step, host: host)
    case .undo(let step):
      takeUndone(
        [UndoProof(step: steps[step].plan.name, isProved: false, evidence: text)], step: step,
        host: host)
    case .act(let step):
      takeActed(CommandResult(ending: .notStarted(text)), step: step, host: host)
    case .rollback:
      takeRolledBack([CommandResult(ending: .notStarted(text))], host: host)
    case .observe(let probe, let scheduled):
      take(.noData(text), of: probe, scheduled: scheduled)
    case .end: lose(host, reason: text)
    case .heartbeat: break
    }
  }

  /// Sends heartbeats that are due, and notices agents that have been silent for too long.
  mutating func checkAgents() {
    guard phase != .idle else { return }
    // In the plan's order: a dictionary's would not be the same when a run is replayed.
    for host in specification.plan.hosts.map(\.name) { checkAgent(of: host) }
  }

  private mutating func checkAgent(of host: String) {
    guard let link = agents[host] else { return }
    switch link.state {
    case .reconnecting where now >= link.patience: giveUp(host, reason: "nobody answered")
    case .connected where now - link.heard >= AgentProtocol.silence:
      lose(host, reason: "silent for \(AgentProtocol.silence.text)")
    case .connected where now >= link.nextHeartbeat:
      agents[host]?.nextHeartbeat = now + AgentProtocol.heartbeat
      ask(.heartbeat, of: host, as: .heartbeat)
    case .connected, .reconnecting, .ended, .unreachable: break
    }
  }

  /// The pipe to an agent broke: it undoes on its own; we ask a new one what the ledger says.
  mutating func lose(_ host: String, reason: String) {
    guard let link = agents[host], link.state == .connected else { return }
    agents[host]?.state = .reconnecting
    agents[host]?.patience = now + AgentLink.patience
    tell("agent.lost", "the pipe to the agent on \(host) broke: \(reason)", host: host)
    let unanswered = questions.removeValue(forKey: host) ?? [:]
    effects.append(.reconnect(host: host))
    // First the reason, and then what follows from it: a fault whose agent was lost before it could
    // answer is not simply one that was not in force.
    if phase != .ending { stop("the agent on \(host) was lost: \(reason)", ended: .error) }
    for question in unanswered.sorted(by: { $0.key < $1.key }).map(\.value) {
      answerForLost(question, host: host)
    }
  }

  /// Closes what an agent can't answer any more; its ledger will tell the rest.
  private mutating func answerForLost(_ question: Question, host: String) {
    switch question {
    case .observe(let probe, let scheduled):
      take(.noData("the agent was lost"), of: probe, scheduled: scheduled)
    case .inject(let step):
      takeInjected(
        Evidence(requested: "", achieved: "unknown: the agent was lost", isInForce: false),
        step: step, host: host)
    case .act(let step):
      takeActed(CommandResult(ending: .notStarted("the agent was lost")), step: step, host: host)
    case .resolve(let step), .prepare(let step), .undo(let step):
      steps[step].answer(from: host)
    default: break
    }
  }

  /// What the ledger of a host says at the end, or after a lost pipe.
  mutating func takeLedger(_ status: LedgerStatus, of host: String) {
    let wasLost = agents[host]?.state == .reconnecting
    agents[host]?.state = .ended
    if wasLost { adoptProofs(status, of: host) }
    // What was tried and could not be proved is not tried again by the clock.
    let awaitsGuardian = wasLost && status.proofs.allSatisfy(\.isProved)
    for pending in status.pending {
      let what =
        awaitsGuardian
        ? "the agent was lost; \(guardianDuty(on: host)); until then: \(pending)" : pending
      record.residue.append(Residue(host: host, what: what, command: recoverCommand(for: host)))
    }
    if wasLost {
      tell(
        "agent.reconnected",
        status.isClean
          ? "the ledger on \(host) says that everything is undone"
          : "the ledger on \(host) still has \(status.pending.count) undone entries", host: host)
    }
  }

  mutating func giveUp(_ host: String, reason: String) {
    guard agents[host]?.state == .reconnecting else { return }
    agents[host]?.state = .unreachable
    tell("agent.unreachable", "\(host) can't be asked: \(reason)", host: host)
    // Rollbacks that were armed run at the end of the run whatever was touched before.
    guard hasTouched || armedHosts.contains(host) else { return }
    record.residue.append(
      Residue(
        host: host,
        what: "unknown: the agent can't be asked (\(reason)); \(guardianDuty(on: host))",
        command: recoverCommand(for: host)))
  }

  /// Who puts a host back if nobody does anything, and until when.
  private func guardianDuty(on host: String) -> String {
    let deadline =
      steps.filter { $0.plan.hosts.contains(host) }
      .map(\.plan.deadlineSeconds).max() ?? 0
    return "its guardian ends every fault at its deadline, at most "
      + "\(Duration.seconds(deadline).text) after its injection"
  }

  /// After a lost pipe, the ledger's proofs are all there is.
  private mutating func adoptProofs(_ status: LedgerStatus, of host: String) {
    let time = seconds(now)
    for (key, index) in faultIndex where key.host == host && !record.faults[index].undone {
      record.faults[index].undo = status.proofs
      record.faults[index].undone = status.isClean && status.isKnown
      record.faults[index].close(at: time)
    }
    if let results = status.rollbacks,
      !record.actions.contains(where: { $0.role == .rollback && $0.host == host })
    {
      noteRollbacks(results, host: host)
    }
    // An agent that was asked to end removes its ledger once everything in it is done, and may be
    // killed before it can say so.
    let wasProved =
      phase == .ending && record.faults.allSatisfy { $0.host != host || $0.undone }
    if !status.isKnown, hasTouched, !wasProved {
      record.residue.append(
        Residue(
          host: host, what: "no ledger of this run was found, so nothing can be proved",
          command: recoverCommand(for: host)))
    }
  }

  func recoverCommand(for host: String) -> String {
    guard let planned = specification.plan.hosts.first(where: { $0.name == host }) else {
      return "jenner recover"
    }
    return host == "local"
      ? "jenner recover" : Command(argv: planned.command + ["recover"]).shown
  }
}
