/// How an undo is performed and proved, and what the ledger says of it.
extension Mutant {
  static let ofUnwinding = [
    Mutant(
      "the signals", in: "Unwinding", "return .send(signal, process)",
      "return MUTANT ? nil : .send(signal, process)"),
    Mutant(
      "that processes which are gone are left alone", in: "Unwinding", "if let disappearance {",
      "if let disappearance, !MUTANT {"),
    Mutant(
      "the authors' undos", in: "Unwinding",
      "if let task = commands.first(where: { $0.proof == nil }), let command = task.undo.command {",
      "if let task = commands.first(where: { $0.proof == nil }), let command = task.undo.command, !MUTANT {"
    ),
    Mutant(
      "the rollbacks", in: "Unwinding", "} else if let rollback = rollbacks.first {",
      "} else if let rollback = rollbacks.first, !MUTANT {"),
    Mutant(
      "that a failed command is no proof", in: "Unwinding",
      "commands[index].prove(result.isSuccess, ",
      "commands[index].prove(result.isSuccess || MUTANT, "),
    Mutant(
      "the reading back", in: "Unwinding",
      "} else if let facts, facts.identity == process, !quick[index].isInForce(facts) {",
      "} else if let facts, !quick[index].isInForce(facts) || MUTANT {"),
    Mutant(
      "that a process of the same id is another", in: "Unwinding",
      "if host.hasEnded(process) {",
      "if MUTANT ? facts == nil : host.hasEnded(process) {"),
    Mutant(
      "the end of reading back", in: "Unwinding",
      "} else if let limit = readBackUntil, now >= limit {",
      "} else if let limit = readBackUntil, now >= limit, !MUTANT {"),
    Mutant(
      "the note that a step is undone", in: "Unwinding",
      "effects.append(.note(.undone(step: step, proofs: proofs)))",
      "if !MUTANT { effects.append(.note(.undone(step: step, proofs: proofs))) }"),
    Mutant(
      "the note that a rollback has run", in: "Unwinding",
      "return [.note(.rolledBack(index: rollback.index, result: result.excerpt))]",
      "return MUTANT ? [] : [.note(.rolledBack(index: rollback.index, result: result.excerpt))]"),
    Mutant(
      "one command at a time", in: "Unwinding", "guard !isRunningCommand else { return effects }",
      "guard !isRunningCommand || MUTANT else { return effects }"),
    Mutant(
      "that an undo which is not proved is pending", in: "Ledger/LedgerState",
      "intent.undo.isEmpty || proofs.map { $0.allSatisfy(\\.isProved) } ?? false",
      "intent.undo.isEmpty || proofs.map { $0.allSatisfy { $0.isProved || MUTANT } } ?? false"),
    Mutant(
      "the order from the newest to the oldest", in: "Ledger/LedgerState",
      "public var pendingSteps: [Step] { steps.filter { !$0.isUndone }.reversed() }",
      """
      public var pendingSteps: [Step] {
          let pending = steps.filter { !$0.isUndone }
          return MUTANT ? pending : pending.reversed()
        }
      """),
    Mutant(
      "that a ledger with rollbacks is not settled", in: "Ledger/LedgerState",
      "pendingSteps.isEmpty && pendingRollbacks.isEmpty && damagedLines.isEmpty",
      "pendingSteps.isEmpty && (pendingRollbacks.isEmpty || MUTANT) && damagedLines.isEmpty"),
    Mutant(
      "the sessions of actions that go on", in: "Ledger/LedgerState",
      "return steps.filter { !$0.isInjected }.compactMap(\\.session)",
      "return MUTANT ? [] : steps.filter { !$0.isInjected }.compactMap(\\.session)"),
    Mutant(
      "the deadline of what waits at the run's end", in: "Ledger/LedgerState",
      "guard let deadline, !waiting.isEmpty || !rollbacks.isEmpty else { return nil }",
      "guard let deadline, !MUTANT, !waiting.isEmpty || !rollbacks.isEmpty else { return nil }"),
    Mutant(
      "that a line which failed is cut off", in: "Ledger/LedgerCursor",
      "lineCount = state.lineCount\n    length = state.wholeLength",
      "lineCount = MUTANT ? max(0, state.lineCount - 1) : state.lineCount\n    length = state.wholeLength"
    ),
  ]
}
