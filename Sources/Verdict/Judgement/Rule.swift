internal import Model

/// By what a window is judged.
public enum Rule: Sendable, Hashable {
  /// What was observed: the point estimate against the limit. Baseline and recovery are such gates.
  case observed
  /// What was shown: one-sided 95 % intervals. Wholly inside the limit is a pass, wholly outside a
  /// fail, anything between is inconclusive.
  case shown

  /// What an estimate says of a limit.
  func verdict(on estimate: Estimate, bound: Bound, limit: Double) -> Verdict {
    switch self {
    case .observed:
      guard let point = estimate.point else { return .inconclusive }
      return bound.isHeld(by: point, limit: limit) ? .pass : .fail
    case .shown:
      let nearer = bound.direction.isLower ? estimate.bounds.lower : estimate.bounds.upper
      let farther = bound.direction.isLower ? estimate.bounds.upper : estimate.bounds.lower
      if let nearer, bound.isHeld(by: nearer, limit: limit) { return .pass }
      if let farther, !bound.isHeld(by: farther, limit: limit) { return .fail }
      return .inconclusive
    }
  }
}

extension Bound {
  /// Whether an amount is on the good side of a limit, or so near that only rounding parts them:
  /// `99.9%` and 999 of 1,000 differ in their last bit.
  func isHeld(by amount: Double, limit: Double) -> Bool {
    let slack = abs(limit) * 1e-9
    return direction.isLower ? amount >= limit - slack : amount <= limit + slack
  }
}
