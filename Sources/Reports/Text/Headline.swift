internal import Model

/// What a run came to, in a word and a sentence; the same in every report.
struct Headline {
  /// A word in capitals, such as `FAIL`.
  let word: String
  /// A sentence that says what the word means here.
  let sentence: String
  let meaning: TerminalStyle.Meaning

  init(_ record: Record) {
    // A run that is not proved undone is never a pass, whatever else the record says.
    if !record.clean, record.verdict == .pass {
      word = "NOT PROVED UNDONE"
      sentence = "What was asserted was shown, but not everything is proved undone."
      meaning = .bad
      return
    }
    switch record.ended {
    case .completed: (word, sentence, meaning) = Self.judged(record.verdict)
    case .stopped:
      let judged = Self.judged(record.verdict)
      (word, meaning) = (judged.word, judged.meaning)
      sentence = "The run was stopped before its end. " + judged.sentence
    case .refused:
      (word, meaning) = ("REFUSED", .unsure)
      sentence = "The run was refused before anything was broken."
    case .interrupted:
      (word, meaning) = ("INTERRUPTED", .unsure)
      sentence =
        "The run was interrupted: it shows neither that the hypothesis holds nor that it does not."
    case .error:
      (word, meaning) = ("ERROR", .bad)
      sentence = "The run could not be carried out; it says nothing about the system."
    }
  }

  private static func judged(_ verdict: Verdict) -> (
    word: String, sentence: String, meaning: TerminalStyle.Meaning
  ) {
    switch verdict {
    case .pass: ("PASS", "Everything that was asserted was shown.", .good)
    case .fail: ("FAIL", "What was asserted did not hold.", .bad)
    case .inconclusive:
      (
        "INCONCLUSIVE", "It was shown neither that the assertions hold nor that they do not.",
        .unsure
      )
    }
  }
}

extension Record {
  /// What is known of the undo, in a phrase.
  var undoText: String {
    guard clean else { return "not proved" }
    let steps = faults.flatMap(\.undo).count
    let commands = actions.filter { $0.role == .undo && $0.succeeded }.count
    var parts: [String] = []
    if steps > 0 { parts.append("\(Amounts.count(steps, "undo step")) read back") }
    if commands > 0 { parts.append("\(Amounts.count(commands, "own command")) succeeded") }
    return parts.isEmpty
      ? "there was nothing to undo" : "proved (\(parts.joined(separator: ", ")))"
  }

  /// Why no time of a recovery is told although nothing says that it was missed.
  var recoveryRemark: String? {
    let checks = checks.filter { $0.kind == .recovery }
    guard checks.allSatisfy({ $0.verdict == .pass }) else { return nil }
    if !clean { return "since not everything is proved undone" }
    return checks.isEmpty ? nil : "since an undo was proved only after the steady state held"
  }

  /// Whether the run waited for the steady state to hold again.
  var hasRecoveryPhase: Bool { phases.contains { $0.name == "recovery" } }

  /// The checks that came to a verdict.
  func checks(_ verdict: Verdict) -> [Check] { checks.filter { $0.verdict == verdict } }

  /// `5 pass, 1 fail, 0 inconclusive`.
  var tally: String {
    Verdict.allCases.map { "\(checks($0).count) \($0.rawValue)" }.joined(separator: ", ")
  }

  /// The planned fault steps that were never injected.
  var stepsNotInjected: [PlannedStep] {
    plan.steps.filter { step in
      step.fault != nil && !faults.contains { $0.step == step.name && $0.window != nil }
    }
  }
}

extension UndoClass {
  /// Who ends the fault if everything of ours is killed at once.
  var explained: String {
    switch self {
    case .kernel: "the kernel ends it at once, even if everything of Jenner is killed"
    case .guardian:
      "the agent or the guardian ends it; if both are killed at once, 'jenner recover'"
    case .none: "there is nothing to undo, or only what the author's own undo does"
    }
  }
}

extension PlannedTarget {
  /// The command line as a shell would show it, or the executable where it is unknown.
  var shown: String {
    commandLine.isEmpty
      ? executable ?? "(unknown)" : commandLine.map(\.shellQuoted).joined(separator: " ")
  }
}
