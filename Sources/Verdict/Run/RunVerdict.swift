public import Model

/// What a run came to as a whole.
public enum RunVerdict {
  /// The verdict and its reasons, in order of weight.
  ///
  /// - A run that a guard or its baseline refused is inconclusive: nothing was broken.
  /// - A fault that was not in force outranks a violation: what was seen was not what was asked.
  /// - A tolerance or an expectation shown violated, a stop condition that fired and a recovery that
  ///   came too late are a fail.
  /// - A wait whose condition did not come true stopped the method; it says nothing of the tolerance,
  ///   and so is inconclusive, as is an action that failed.
  /// - A pass needs all checks to pass, at least one of them, a run that completed and a host that
  ///   is proved clean. See `Confidence` for what that means with many checks.
  ///
  /// - Parameters:
  ///   - actionsFailed: the steps whose command failed, or why; rollbacks and undos too.
  ///   - notes: further reasons why the run is not a pass, such as a probe without data.
  public static func of(
    checks: [Check], faults: [FaultRecord], actionsFailed: [String], ended: Record.Ending,
    clean: Bool, notes: [String] = []
  ) -> (verdict: Verdict, reasons: [String]) {
    let gate = checks.filter { $0.kind == .baseline && $0.verdict != .pass }.map(\.why)
    let absent = faults.filter { $0.isMissing(from: ended) }.map {
      "fault '\($0.step)' was not in force on \($0.host)"
        + ($0.achieved.map { ": \($0)" } ?? "")
    }
    let violations = checks.filter { $0.isViolation }.map(\.why)
    let open = checks.filter { $0.verdict != .pass && $0.kind != .baseline && !$0.isViolation }
      .map(\.why)
    var reasons = clean ? [] : ["not everything is proved undone"]
    reasons += absent + violations + gate + actionsFailed.map { "action failed: \($0)" } + notes
    reasons += open
    if let ending = ended.reason { reasons.append(ending) }
    if checks.isEmpty { reasons.append("nothing was judged") }
    let isFail = !violations.isEmpty && absent.isEmpty && ended != .refused
    return (isFail ? .fail : reasons.isEmpty ? .pass : .inconclusive, reasons)
  }
}

extension Check {
  /// Whether it makes the run a fail.
  fileprivate var isViolation: Bool {
    guard verdict == .fail else { return false }
    switch kind {
    case .method, .fault, .expectation, .stop, .recovery: return true
    case .baseline, .wait: return false
    }
  }

  /// The check as a reason: what was asked, where, what was seen and what is missing.
  fileprivate var why: String {
    let place: String =
      switch (kind, step) {
      case (.baseline, _): " in the baseline"
      case (.recovery, _): " in the recovery"
      case (.fault, let step?): " during '\(step)'"
      case (.expectation, let step?): " after '\(step)'"
      case (_, let step?): " in '\(step)'"
      case (_, nil): ""
      }
    return "\(title)\(place): \(seen)" + (reason.map { "; \($0)" } ?? "")
  }
}

extension FaultRecord {
  /// Whether the fault should have been in force and was not; one that a run which ended early never
  /// came to does not count.
  fileprivate func isMissing(from ended: Record.Ending) -> Bool {
    !inForce && (ended == .completed || window != nil || achieved != nil)
  }
}

extension Record.Ending {
  /// Why a run that ended so is not a pass.
  fileprivate var reason: String? {
    switch self {
    case .completed: nil
    case .stopped: "the run was stopped before its end"
    case .refused: "the run was refused; nothing was broken"
    case .interrupted: "the run was interrupted"
    case .error: "the run ended with an error"
    }
  }
}
