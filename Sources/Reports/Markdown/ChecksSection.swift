internal import Model

extension Document {
  /// What was asserted, what was seen, and from how much.
  mutating func addChecks(of record: Record) {
    heading(2, "What was asserted, and what was seen")
    guard !record.checks.isEmpty else {
      paragraph("No check was judged.")
      return
    }
    let weighed = [Verdict.fail, .inconclusive, .pass].flatMap { record.checks($0) }
    table(
      ["Verdict", "Check", "When", "Asked", "Seen", "Samples"],
      weighed.map { check in
        [
          Self.word(check.verdict), "\(check.probe, limit: 100): \(check.metric.name)",
          Self.occasion(of: check),
          "\(check.asked)", "\(check.seen)", "\(check.samples) of \(check.scheduled)",
        ]
      })
    list(
      weighed.compactMap { check in
        check.reason.map { "**\(check.verdict.rawValue)**, \(check.title): \($0)" }
      })
    if record.checks.contains(where: { $0.lower != nil || $0.upper != nil }) {
      paragraph(
        """
        Intervals are one-sided, at 95 %. Samples are those that count for the metric, of those \
        that were due.
        """
      )
    }
  }

  static func word(_ verdict: Verdict) -> Inline {
    switch verdict {
    case .pass: "pass"
    case .fail: "**FAIL**"
    case .inconclusive: "**inconclusive**"
    }
  }

  private static func occasion(of check: Check) -> Inline {
    let place =
      switch check.kind {
      case .baseline: "baseline"
      case .method: "method"
      case .recovery: "recovery"
      case .fault: "under fault"
      case .expectation: "expected after"
      case .wait: "awaited"
      case .stop: "stop condition"
      }
    guard let step = check.step else { return Inline(place) }
    return "\(place): \(step, limit: 100)"
  }
}
