internal import Model

/// The words of a check, for a person who has not read the experiment.
enum Wording {
  /// `checkout: success at least 98%`.
  static func title(probe: String, metric: Metric, bound: Bound) -> String {
    "\(probe): \(metric.name) \(bound.direction.words) \(bound.shown(for: metric))"
  }

  /// `at least 98%`, or with what it came to: `at most 2x baseline = 84 ms (at least 50 ms)`.
  static func asked(_ bound: Bound, metric: Metric, limit: Double?) -> String {
    let words = bound.direction.words
    guard bound.isRelative else { return "\(words) \(bound.shown(for: metric))" }
    var bare = bound
    var floor = ""
    if case .baselineTimes(let factor, let least?) = bound.limit {
      bare.limit = .baselineTimes(factor, floor: nil)
      floor = " (at least \(metric.shown(least)))"
    }
    let amount = limit.map { " = \(metric.precise($0))" } ?? ""
    return "\(words) \(bare.shown(for: metric))\(amount)\(floor)"
  }

  /// `99.3% of 600 samples (95 % sure of at least 98.6%)`.
  static func seen(
    _ estimate: Estimate, metric: Metric, bound: Bound, verdict: Verdict, rule: Rule
  ) -> String {
    guard let point = estimate.point else { return "nothing" }
    let amount = metric.precise(point)
    let samples = "\(estimate.samples) sample\(estimate.samples == 1 ? "" : "s")"
    let text: String =
      switch metric {
      case .success: "\(amount) of \(samples)"
      case .latency: "\(amount) from \(samples)"
      case .mean: "\(amount) from \(samples)\(worth(estimate))"
      case .value: "\(amount) at worst of \(samples)"
      case .minimum: "\(amount), the least of \(samples)"
      case .maximum: "\(amount), the greatest of \(samples)"
      case .last: "\(amount), the newest of \(samples)"
      }
    return text + certainty(estimate, metric: metric, bound: bound, verdict: verdict, rule: rule)
  }

  private static func worth(_ estimate: Estimate) -> String {
    guard let worth = estimate.effectiveSamples, worth < 0.95 * Double(estimate.samples) else {
      return ""
    }
    return " worth \(max(1, Int(worth))) independent ones"
  }

  /// The end of the interval that decided; both ends where neither did.
  private static func certainty(
    _ estimate: Estimate, metric: Metric, bound: Bound, verdict: Verdict, rule: Rule
  ) -> String {
    guard rule == .shown, metric.isEstimated else { return "" }
    let lower = estimate.bounds.lower.map { "at least \(metric.precise($0))" }
    let upper = estimate.bounds.upper.map { "at most \(metric.precise($0))" }
    let ends: [String?] =
      switch (verdict, bound.direction.isLower) {
      case (.pass, true), (.fail, false): [lower]
      case (.pass, false), (.fail, true): [upper]
      case (.inconclusive, _): [lower, upper]
      }
    let sure = ends.compactMap(\.self).joined(separator: ", and of ")
    return sure.isEmpty ? "" : " (\(Confidence.shown) sure of \(sure))"
  }
}

extension Bound.Direction {
  /// The direction in a sentence.
  var words: String {
    switch self {
    case .minimum: "at least"
    case .maximum: "at most"
    case .below, .above: rawValue
    }
  }
}

extension Metric {
  /// Whether it is estimated from samples, and not a fact of the window.
  var isEstimated: Bool {
    switch self {
    case .success, .latency, .mean: true
    case .value, .minimum, .maximum, .last: false
    }
  }

  /// As `shown`, but a share that is not the whole never reads as 100%.
  func precise(_ amount: Double) -> String {
    guard unit == .share, amount < 1, shown(amount) == "100%" else { return shown(amount) }
    for digits in 5...12 {
      let text = (amount * 100).significant(digits)
      if text != "100" { return text + "%" }
    }
    return "just under 100%"
  }
}
