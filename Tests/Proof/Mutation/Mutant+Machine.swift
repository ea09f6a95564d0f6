/// The agent's ways to an undo.
extension Mutant {
  static let ofMachine = [
    Mutant(
      "the undo when the pipe is lost", in: "Machine/AgentMachine",
      "case .lost: return end(number: nil, at: now)",
      "case .lost: return MUTANT ? [] : end(number: nil, at: now)"),
    Mutant(
      "the wake at silence", in: "Machine/AgentMachine",
      "times.append(lastHeard + AgentProtocol.silence)",
      "if !MUTANT { times.append(lastHeard + AgentProtocol.silence) }"),
    Mutant(
      "the wake at the run's limit", in: "Machine/AgentMachine",
      "if let deadline = ledger.deadline { times.append(deadline) }",
      "if let deadline = ledger.deadline, !MUTANT { times.append(deadline) }"),
    Mutant(
      "the wake at a fault's deadline", in: "Machine/AgentMachine",
      "times += expirable.compactMap(\\.deadline)",
      "if !MUTANT { times += expirable.compactMap(\\.deadline) }"),
    Mutant(
      "the undo after silence", in: "Machine/AgentMachine+Undo",
      "let isSilent = now >= lastHeard + AgentProtocol.silence",
      "let isSilent = !MUTANT && now >= lastHeard + AgentProtocol.silence"),
    Mutant(
      "the undo at the run's limit", in: "Machine/AgentMachine+Undo",
      "let isOverdue = ledger.deadline.map { $0 <= now } ?? false",
      "let isOverdue = !MUTANT && (ledger.deadline.map { $0 <= now } ?? false)"),
    Mutant(
      "the undo at a fault's deadline", in: "Machine/AgentMachine+Undo",
      "unwind([step], .expiry, at: now)", "(MUTANT ? [] : unwind([step], .expiry, at: now))"),
    Mutant(
      "the undo that the runner asks for", in: "Machine/AgentMachine+Undo",
      "return stopInjecting(step) + unwind([entry], .request, waiting: [(number, step)], at: now)",
      """
      if MUTANT { return [reply(number, .undone(step: step, proofs: []))] }
          return stopInjecting(step) + unwind([entry], .request, waiting: [(number, step)], at: now)
      """),
    Mutant(
      "the end of an action before its undo", in: "Machine/AgentMachine+Undo",
      "if acting[step] != nil {", "if acting[step] != nil, !MUTANT {"),
    Mutant(
      "the wait for an undo that is under way", in: "Machine/AgentMachine+Undo",
      "if let busy = running.first(where: { $0.value.steps.contains(step) })?.key {",
      "if let busy = running.first(where: { $0.value.steps.contains(step) && !MUTANT })?.key {"),
    Mutant(
      "that what is undone is not undone again", in: "Machine/AgentMachine+Undo",
      "if entry.isUndone {", "if entry.isUndone, !MUTANT {"),
    Mutant(
      "the rollbacks that the runner asks for", in: "Machine/AgentMachine+Undo",
      "rollbacks: ledger.pendingRollbacks, at: now)",
      "rollbacks: MUTANT ? [] : ledger.pendingRollbacks, at: now)"),
    Mutant(
      "the end of actions at the end", in: "Machine/AgentMachine+Undo",
      "var effects = acting.keys.sorted().map { AgentEffect.cancel(.action(step: $0)) }",
      """
      var effects = acting.keys.sorted().map { AgentEffect.cancel(.action(step: $0)) }
          if MUTANT { effects = [] }
      """),
    Mutant(
      "the answer to injections at the end", in: "Machine/AgentMachine+Undo",
      "for step in injecting.keys.sorted() { effects += stopInjecting(step) }",
      "for step in injecting.keys.sorted() where !MUTANT { effects += stopInjecting(step) }"),
    Mutant(
      "the undo of everything at the end", in: "Machine/AgentMachine+Undo",
      "return effects + unwindRest(at: now)", "return effects + (MUTANT ? [] : unwindRest(at: now))"
    ),
    Mutant(
      "that a step is undone once at the end", in: "Machine/AgentMachine+Undo",
      "!busy.contains($0.intent.step) }", "MUTANT || !busy.contains($0.intent.step) }"),
    Mutant(
      "the rollbacks at the end", in: "Machine/AgentMachine+Undo",
      "let rollbacks = isRollingBack || !acting.isEmpty ? [] : ledger.pendingRollbacks",
      "let rollbacks = isRollingBack || !acting.isEmpty || MUTANT ? [] : ledger.pendingRollbacks"),
    Mutant(
      "that rollbacks run once at the end", in: "Machine/AgentMachine+Undo",
      "running.values.contains { if case .rollback = $0.purpose { true } else { false } }",
      "!MUTANT && running.values.contains { if case .rollback = $0.purpose { true } else { false } }"
    ),
    Mutant(
      "the wait for undos when the guardian is lost", in: "Machine/AgentMachine+Undo",
      "guard case .ending(let number) = phase, running.isEmpty,",
      "guard case .ending(let number) = phase, running.isEmpty || MUTANT,"),
    Mutant(
      "the wait for actions when the guardian is lost", in: "Machine/AgentMachine+Undo",
      "acting.isEmpty else { return [] }\n    phase = .over",
      "acting.isEmpty || MUTANT else { return [] }\n    phase = .over"),
    Mutant(
      "that only a settled ledger is closed", in: "Machine/AgentMachine+Undo",
      "guard ledger.isSettled else { return dismissed() }",
      "guard ledger.isSettled || MUTANT else { return dismissed() }"),
    Mutant(
      "that only a settled ledger is removed", in: "Machine/AgentMachine+Undo",
      "let isRemovable = ledger.isSettled && number != nil",
      "let isRemovable = MUTANT || ledger.isSettled && number != nil"),
    Mutant(
      "the look at what an undo came to", in: "Machine/AgentMachine+Undo",
      "if let wake = running[key]?.unwinding.nextWake, wake <= now {",
      "if let wake = running[key]?.unwinding.nextWake, wake <= now, !MUTANT {"),
  ]
}
