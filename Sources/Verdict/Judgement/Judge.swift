public import Model

/// Judges windows of samples: one check for each bound.
///
/// Missing data never helps. With less coverage than `leastCoverage` nothing passes, and a fail
/// needs more than the samples that are there: it must stay a fail even if every missing sample had
/// been as good as can be.
public enum Judge {
  /// The share of a window's ticks that must have data before anything passes.
  public static let leastCoverage = 0.9

  /// One check for each bound of the limits.
  ///
  /// - Parameters:
  ///   - series: the probe's samples; those scheduled in the window count.
  ///   - every: the time between two ticks of the probe's schedule.
  ///   - step: the step whose window this is.
  ///   - baseline: what relative limits refer to; without it they are inconclusive.
  public static func checks(
    of limits: [MetricLimit], in series: Series, window: Window, every: Duration,
    kind: Check.Kind, step: String? = nil, baseline: Baseline?, rule: Rule
  ) -> [Check] {
    guard !limits.isEmpty else { return [] }
    let data = WindowData(series, in: window, every: every)
    return limits.flatMap { limit in
      limit.bounds.map { bound in
        let judgement = Judgement(
          of: bound, metric: limit.metric, in: data, probe: series.probe, baseline: baseline,
          rule: rule)
        return judgement.check(kind: kind, step: step, window: window)
      }
    }
  }
}

/// One bound, judged.
struct Judgement {
  let probe: String
  let metric: Metric
  let bound: Bound
  let rule: Rule
  let data: WindowData
  let estimate: Estimate
  let limit: Double?
  let verdict: Verdict
  let reason: String?

  init(
    of bound: Bound, metric: Metric, in data: WindowData, probe: String, baseline: Baseline?,
    rule: Rule
  ) {
    self.probe = probe
    self.metric = metric
    self.bound = bound
    self.rule = rule
    self.data = data
    estimate = data.estimate(of: metric, against: bound)
    switch bound.resolved(metric, of: probe, in: baseline) {
    case .failure(let missing):
      (limit, verdict, reason) = (nil, .inconclusive, missing.reason)
    case .success(let limit):
      self.limit = limit
      (verdict, reason) = Self.judge(
        estimate, bound: bound, limit: limit, metric: metric, in: data, rule: rule)
    }
  }

  private static func judge(
    _ estimate: Estimate, bound: Bound, limit: Double, metric: Metric, in data: WindowData,
    rule: Rule
  ) -> (Verdict, String?) {
    guard estimate.point != nil else {
      return (.inconclusive, absence(of: metric, in: data))
    }
    let amount = metric.precise(limit)
    let outside = "not \(bound.direction.words) \(amount)"
    guard data.coverage(for: metric) >= Judge.leastCoverage else {
      let best = data.bestCase(of: metric, against: bound)
      if let best, rule.verdict(on: best, bound: bound, limit: limit) == .fail {
        return (.fail, outside + ", whatever the missing samples would have shown")
      }
      return (.inconclusive, coverage(of: metric, in: data))
    }
    switch rule.verdict(on: estimate, bound: bound, limit: limit) {
    case .pass: return (.pass, nil)
    case .fail: return (.fail, outside)
    case .inconclusive:
      if metric == .mean, estimate.samples < Mean.leastSamples {
        return (
          .inconclusive,
          "\(estimate.samples) values say too little of a mean; it takes \(Mean.leastSamples)"
        )
      }
      return (
        .inconclusive,
        "\(estimate.samples) samples show neither that it is "
          + "\(bound.direction.words) \(amount) nor that it is not"
      )
    }
  }

  private static func absence(of metric: Metric, in data: WindowData) -> String {
    if data.scheduled == 0 { return "no sample was due" }
    switch metric.unit {
    case .time where data.failures > 0: return "no sample succeeded, so there is no latency"
    case .number: return "none of \(data.scheduled) samples has a value"
    default: return "none of \(data.scheduled) samples has data"
    }
  }

  private static func coverage(of metric: Metric, in data: WindowData) -> String {
    let what = metric.unit == .number ? "a value" : "data"
    return "only \(data.covered(for: metric)) of \(data.scheduled) samples have \(what); at least "
      + "\(Percentage(fraction: Judge.leastCoverage).text) must"
  }

  func check(kind: Check.Kind, step: String?, window: Window) -> Check {
    let hasInterval = metric.isEstimated
    return Check(
      kind: kind, title: Wording.title(probe: probe, metric: metric, bound: bound), probe: probe,
      step: step, metric: metric, asked: Wording.asked(bound, metric: metric, limit: limit),
      seen: Wording.seen(
        estimate, metric: metric, bound: bound, verdict: verdict, rule: rule),
      limit: limit, estimate: estimate.point, lower: hasInterval ? estimate.bounds.lower : nil,
      upper: hasInterval ? estimate.bounds.upper : nil, samples: estimate.samples,
      scheduled: data.scheduled, window: window, verdict: verdict, reason: reason)
  }
}

/// Why a relative limit came to no amount that can be judged by.
struct MissingReference: Error {
  var reason: String
}

extension Bound {
  /// The limit as a number, or why there is none.
  func resolved(
    _ metric: Metric, of probe: String, in baseline: Baseline?
  ) -> Result<Double, MissingReference> {
    if let amount = limit.absolute { return .success(amount) }
    let reason: String
    switch baseline?[probe, metric] {
    case .known(let reference)?:
      if let amount = limit.resolved(baseline: reference) { return .success(amount) }
      reason = "no baseline to compare with"
    case nil:
      reason = "no baseline to compare with"
    case .tooFew(let samples, let needed)?:
      reason = "the baseline has \(samples) samples for \(metric.name); it takes \(needed)"
    case .unstable(let first, let second)?:
      reason =
        "baseline unstable: \(metric.precise(first)) in its first half, "
        + "\(metric.precise(second)) in its second"
    }
    return .failure(MissingReference(reason: reason))
  }
}
