/// One side of a limit, absolute or relative to the baseline.
public struct Bound: Sendable, Hashable {
  /// `min` and `max` must hold; `below` and `above` stop the run.
  public enum Direction: String, Sendable, Hashable, CaseIterable, Codable {
    case minimum = "min"
    case maximum = "max"
    case below
    case above

    /// Whether amounts under the limit are the bad ones.
    public var isLower: Bool { self == .minimum || self == .below }

    /// Whether it ends the run.
    public var isStop: Bool { self == .below || self == .above }
  }

  /// The amount, in the metric's unit: a share from 0 to 1, seconds, or a number.
  public enum Amount: Sendable, Hashable {
    case absolute(Double)
    /// `2x baseline`, and never under `floor`.
    case baselineTimes(Double, floor: Double?)
    /// `baseline + 50ms` or `baseline - 1pp`.
    case baselinePlus(Double)

    /// The amount, if it needs no baseline.
    public var absolute: Double? {
      guard case .absolute(let amount) = self else { return nil }
      return amount
    }

    /// The amount, given what the metric was in the baseline; nil where that is needed and missing.
    public func resolved(baseline: Double?) -> Double? {
      switch self {
      case .absolute(let amount): amount
      case .baselineTimes(let factor, let floor):
        baseline.map { max($0 * factor, floor ?? -.infinity) }
      case .baselinePlus(let difference): baseline.map { $0 + difference }
      }
    }
  }

  public var direction: Direction
  public var limit: Amount
  public var mark: Mark?

  /// Makes a bound.
  public init(direction: Direction, limit: Amount, mark: Mark? = nil) {
    self.direction = direction
    self.limit = limit
    self.mark = mark
  }

  /// Whether an amount is on the bad side of an already resolved limit.
  public func isViolated(by amount: Double, limit: Double) -> Bool {
    direction.isLower ? amount < limit : amount > limit
  }

  /// The limit in an author's spelling.
  public func shown(for metric: Metric) -> String {
    switch limit {
    case .absolute(let amount): return metric.shown(amount)
    case .baselineTimes(let factor, let floor):
      return "\(factor.significant(6))x baseline"
        + (floor.map { " (at least \(metric.shown($0)))" } ?? "")
    case .baselinePlus(let difference):
      let sign = difference < 0 ? "-" : "+"
      let amount =
        metric.unit == .share
        ? "\((abs(difference) * 100).significant(6))pp" : metric.shown(abs(difference))
      return "baseline \(sign) \(amount)"
    }
  }

  /// Whether no sample could ever be on the wrong side of the bound.
  func isVacuous(for metric: Metric) -> Bool {
    guard let amount = limit.absolute else { return false }
    switch (metric.unit, direction) {
    case (.share, .minimum), (.share, .below), (.time, .minimum), (.time, .below):
      return amount <= 0
    case (.share, .maximum), (.share, .above): return amount >= 1
    default: return false
    }
  }
}
