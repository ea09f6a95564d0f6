/// What stands before an effect, so that it can be undone.
extension Mutant {
  static let ofEffects = [
    Mutant(
      "the guardian before a fault", in: "Machine/AgentMachine+Injection",
      "guard isGuarded else {", "guard isGuarded || MUTANT else {"),
    Mutant(
      "the guardian before an action", in: "Machine/AgentMachine+Injection",
      "guard isBegun, isGuarded else {", "guard isBegun, isGuarded || MUTANT else {"),
    Mutant(
      "the lock on targets without a holder", in: "Machine/AgentMachine+Injection",
      "return [lock] + perform(prepared, step, holder: nil, at: now)",
      "return (MUTANT ? [] : [lock]) + perform(prepared, step, holder: nil, at: now)"),
    Mutant(
      "that a fault needs its intent on the disk", in: "Machine/AgentMachine+Injection",
      "var effects = [append(.intent(intent))]",
      "var effects = [MUTANT ? note(.intent(intent)) : append(.intent(intent))]"),
    Mutant(
      "the intent before the fault", in: "Machine/AgentMachine+Injection",
      "effects.append(note(.injected(step: step)))",
      """
      effects.append(note(.injected(step: step)))
          if MUTANT { effects.append(effects.removeFirst()) }
      """),
    Mutant(
      "the holder in the intent", in: "Machine/AgentMachine+Injection",
      "holder: holder, deadline: injecting.deadline)",
      "holder: MUTANT ? nil : holder, deadline: injecting.deadline)"),
    Mutant(
      "the fault's undo in the intent", in: "Machine/AgentMachine+Injection",
      "+ prepared.injection.undo.map", "+ (MUTANT ? [] : prepared.injection.undo).map"),
    Mutant(
      "the author's undo of a fault in the intent", in: "Machine/AgentMachine+Injection",
      "undo: (authorsUndo.map { [Undo.run($0)] } ?? [])",
      "undo: (MUTANT ? [] : authorsUndo.map { [Undo.run($0)] } ?? [])"),
    Mutant(
      "the holder's own deadline and the fault's", in: "Machine/AgentMachine+Injection",
      "number: number, deadline: deadline,",
      "number: number, deadline: MUTANT ? deadline + .seconds(3600) : deadline,"),
    Mutant(
      "the intent before an action", in: "Machine/AgentMachine+Injection",
      "return [append(.intent(intent)), .run(command, .action(step: step))]",
      """
      if MUTANT { return [.run(command, .action(step: step)), append(.intent(intent))] }
          return [append(.intent(intent)), .run(command, .action(step: step))]
      """),
    Mutant(
      "the undo of an action in the intent", in: "Machine/AgentMachine+Injection",
      "undo: undo.map { [.run($0)] } ?? []", "undo: MUTANT ? [] : undo.map { [.run($0)] } ?? []"),
    Mutant(
      "the undo that waited for its action", in: "Machine/AgentMachine+Injection",
      "+ waiting.flatMap { undo($0, step, at: now) }",
      "+ (MUTANT ? [] : waiting.flatMap { undo($0, step, at: now) })"),
    Mutant(
      "the undo of an action that ended at the end", in: "Machine/AgentMachine+Injection",
      "+ (isEnding ? unwindRest(at: now) : [])",
      "+ (isEnding && !MUTANT ? unwindRest(at: now) : [])"),
    Mutant(
      "that an intent which could not be written is forgotten", in: "Machine/AgentMachine+Begin",
      "ledger.forgetIntent(ofStep: step)", "if !MUTANT { ledger.forgetIntent(ofStep: step) }"),
    Mutant(
      "that rollbacks which could not be written are forgotten", in: "Machine/AgentMachine+Begin",
      "if effect == .ledger { ledger.forgetRollbacks() }",
      "if effect == .ledger, !MUTANT { ledger.forgetRollbacks() }"),
    Mutant(
      "that rollbacks need to be on the disk", in: "Machine/AgentMachine+Begin",
      "return [append(.armed(rollbacks: rollbacks)), reply(number, .armed)]",
      """
      if MUTANT { return [note(.armed(rollbacks: rollbacks)), reply(number, .armed)] }
          return [append(.armed(rollbacks: rollbacks)), reply(number, .armed)]
      """),
    Mutant(
      "the end where no guardian can be started again", in: "Machine/AgentMachine+Begin",
      "if effect == .guardian { return end(number: nil, at: now) }",
      "if effect == .guardian, !MUTANT { return end(number: nil, at: now) }"),
    Mutant(
      "a new guardian for one that is lost", in: "Machine/AgentMachine+Begin",
      "return wasGuarded ? [.startGuardian] : end(number: nil, at: now)",
      "return MUTANT ? [] : wasGuarded ? [.startGuardian] : end(number: nil, at: now)"),
    Mutant(
      "that a lost guardian guards no more", in: "Machine/AgentMachine+Begin",
      "    isGuarded = false\n", "    if !MUTANT { isGuarded = false }\n"),
    Mutant(
      "that leftovers are cleared before a run", in: "Machine/AgentMachine+Begin",
      "guard result.isSuccess else {", "guard result.isSuccess || MUTANT else {"),
  ]
}
