internal import Model

/// How many samples a bound takes before intervals can show that it holds.
enum SamplesNeeded: Equatable {
  /// So many, if all of them are good.
  case atLeast(Int)
  /// No number of samples can show it.
  case never

  /// What it takes to pass a bound by the rule `shown`.
  ///
  /// A share that is relative to the baseline is reckoned with a baseline of 100 %, which is what a
  /// healthy system has.
  static func toShow(_ bound: Bound, of metric: Metric) -> SamplesNeeded {
    switch (metric, bound.direction.isLower) {
    case (.success, true):
      guard let share = bound.limit.resolved(baseline: 1) else { return .atLeast(1) }
      return Proportion.samplesToShow(atLeast: share).map(SamplesNeeded.atLeast) ?? .never
    case (.success, false):
      // At most a share of successes is at least the rest of failures.
      guard let share = bound.limit.absolute else { return .atLeast(1) }
      return Proportion.samplesToShow(atLeast: 1 - share).map(SamplesNeeded.atLeast) ?? .never
    case (.latency(let quantile), true):
      return .atLeast(Quantile.samplesToShow(atLeast: quantile))
    case (.latency(let quantile), false):
      return .atLeast(Quantile.samplesToShow(atMost: quantile))
    case (.mean, _): return .atLeast(Mean.leastSamples)
    case (.value, _), (.minimum, _), (.maximum, _), (.last, _): return .atLeast(1)
    }
  }
}
