public import Model

/// Watches for a stop condition, sample by sample.
///
/// It fires on what is observed, not on intervals: stopping too early costs a run, too late costs a
/// system. Any one of the condition's limits fires it. With `over`, the window must have been lived
/// through in full since the probe's first sample, and half of its samples must have data; those
/// without data do not count. `value` over a time means every value in it, as an alert rule's `for`
/// does; without `over`, each sample stands alone.
public struct ConditionWatch: Sendable {
  /// What was seen when the condition fired.
  public struct Firing: Sendable, Hashable {
    /// When the sample that completed it was scheduled, in seconds since the run began.
    public var at: Double
    /// The condition and what was seen, in one line.
    public var text: String
    /// The same for the record; its verdict is fail.
    public var check: Check
  }

  /// The share of the window's samples that must have data.
  public static let leastCoverage = 0.5

  private let condition: StopCondition
  private var bounds: [ResolvedBound]
  private var window: SlidingWindow
  private var firstTick: Double?
  private var hasFired = false

  /// Starts to watch; give it every sample from the run's start on.
  public init(_ condition: StopCondition, baseline: Baseline? = nil) {
    self.condition = condition
    bounds = ResolvedBound.all(
      condition.condition.limits, of: condition.condition.probe.text, in: baseline)
    window = SlidingWindow(metrics: bounds.map(\.metric))
  }

  /// Gives relative limits their meaning; until then they do not fire.
  public mutating func resolve(with baseline: Baseline) {
    bounds = ResolvedBound.all(
      condition.condition.limits, of: condition.condition.probe.text, in: baseline)
  }

  /// Takes the next sample of the probe; the first time that the condition is met, says what was
  /// seen.
  public mutating func add(_ sample: Sample) -> Firing? {
    guard !hasFired else { return nil }
    firstTick = min(firstTick ?? sample.scheduled, sample.scheduled)
    guard let over = condition.over else {
      var alone = SlidingWindow(metrics: bounds.map(\.metric))
      alone.insert(sample)
      return firing(in: alone, over: nil)
    }
    window.insert(sample)
    // Rounding must not keep the sample at the very edge of the window in it.
    while let oldest = window.oldest, let newest = window.newest,
      oldest <= newest - over.seconds + 1e-9
    {
      window.removeFirst()
    }
    guard let newest = window.newest, let firstTick, newest - firstTick >= over.seconds - 1e-9
    else { return nil }
    return firing(in: window, over: over)
  }

  private mutating func firing(in window: SlidingWindow, over: Duration?) -> Firing? {
    for bound in bounds {
      let covered = window.covered(for: bound.metric)
      guard let limit = bound.amount,
        Double(covered) >= Self.leastCoverage * Double(window.count),
        let point = Self.point(of: bound, in: window),
        !bound.bound.isHeld(by: point, limit: limit)
      else { continue }
      hasFired = true
      return describe(bound, point: point, limit: limit, covered: covered, in: window, over: over)
    }
    return nil
  }

  /// `value` is across its limit when the value nearest to the good side is.
  private static func point(of bound: ResolvedBound, in window: SlidingWindow) -> Double? {
    guard bound.metric == .value else {
      return window.point(of: bound.metric, against: bound.bound)
    }
    return window.point(
      of: bound.bound.direction.isLower ? .maximum : .minimum, against: bound.bound)
  }

  private func describe(
    _ bound: ResolvedBound, point: Double, limit: Double, covered: Int, in window: SlidingWindow,
    over: Duration?
  ) -> Firing {
    let probe = condition.condition.probe.text
    let span = over.map { " over \($0.text)" } ?? ""
    let title = Wording.title(probe: probe, metric: bound.metric, bound: bound.bound) + span
    let seen = "\(bound.metric.precise(point)) in \(covered) sample\(covered == 1 ? "" : "s")"
    let newest = window.newest ?? 0
    let check = Check(
      kind: .stop, title: title, probe: probe, metric: bound.metric,
      asked: Wording.asked(bound.bound, metric: bound.metric, limit: limit) + span, seen: seen,
      limit: limit, estimate: point, samples: covered, scheduled: window.count,
      window: Window(start: newest - (over?.seconds ?? 0), end: newest), verdict: .fail,
      reason: "the stop condition fired")
    return Firing(at: newest, text: "\(title): \(seen)", check: check)
  }
}
