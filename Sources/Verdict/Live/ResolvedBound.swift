internal import Model

/// A bound whose limit is a number, or known to be none.
struct ResolvedBound: Sendable {
  let metric: Metric
  let bound: Bound
  let limit: Result<Double, MissingReference>

  /// The number; nil where a relative limit has no baseline.
  var amount: Double? { try? limit.get() }

  /// Why there is no number.
  var missing: String? {
    guard case .failure(let missing) = limit else { return nil }
    return missing.reason
  }

  static func all(
    _ limits: [MetricLimit], of probe: String, in baseline: Baseline?
  ) -> [ResolvedBound] {
    limits.flatMap { limit in
      limit.bounds.map {
        ResolvedBound(
          metric: limit.metric, bound: $0,
          limit: $0.resolved(limit.metric, of: probe, in: baseline))
      }
    }
  }
}
