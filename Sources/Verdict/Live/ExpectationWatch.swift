public import Model

/// Watches for what must come true within a time: an `expect`, or a `wait` until.
///
/// Limits of `value` and `last` come true with the first sample, scheduled in the window, that
/// satisfies all of them. All others are judged over the whole window at its end, by intervals. A
/// window with too few data is inconclusive, since the moment may have come unseen.
public struct ExpectationWatch: Sendable {
  /// What became of it.
  public struct Outcome: Sendable, Hashable {
    public var verdict: Verdict
    /// How long it took, in seconds; nil if it did not come true.
    public var seconds: Double?
    /// One check for each bound.
    public var checks: [Check]
  }

  private let probe: String
  private let kind: Check.Kind
  private let step: String?
  private let window: Window
  private let every: Duration
  private let patience: Double
  private let baseline: Baseline?
  /// The limits that one sample can satisfy, and those that only the whole window can.
  private let momentary: [ResolvedBound]
  private let lasting: [MetricLimit]
  private var samples: [Sample] = []
  private var satisfying: Sample?
  private var isDecided = false

  /// Starts to watch a condition on a probe.
  ///
  /// - Parameters:
  ///   - kind: `expectation` or `wait`.
  ///   - start: from when it may come true, in seconds since the run began.
  ///   - within: how long it may take.
  public init(
    _ condition: ProbeCondition, on probe: ProbeDeclaration, kind: Check.Kind, step: String?,
    start: Double, within: Duration, baseline: Baseline?
  ) {
    self.init(
      condition, every: probe.every, patience: probe.patience, kind: kind, step: step,
      start: start, within: within, baseline: baseline)
  }

  init(
    _ condition: ProbeCondition, every: Duration, patience: Duration, kind: Check.Kind,
    step: String?, start: Double, within: Duration, baseline: Baseline?
  ) {
    probe = condition.probe.text
    self.kind = kind
    self.step = step
    window = Window(start: start, end: start + within.seconds)
    self.every = every
    self.patience = patience.seconds
    self.baseline = baseline
    momentary = ResolvedBound.all(
      condition.limits.filter { $0.metric.isMomentary }, of: probe, in: baseline)
    lasting = condition.limits.filter { !$0.metric.isMomentary }
  }

  /// Takes the next sample of the probe; says what became of it once that is known.
  public mutating func add(_ sample: Sample) -> Outcome? {
    guard !isDecided, window.contains(sample.scheduled) else { return nil }
    samples.append(sample)
    if satisfying == nil, satisfies(sample) { satisfying = sample }
    if satisfying != nil, lasting.isEmpty { return decide() }
    return samples.count >= dueTicks ? decide() : nil
  }

  /// When the window is over, in seconds since the run began.
  public var end: Double { window.end }

  /// Decides now, because no sample of the window can come any more.
  public mutating func conclude() -> Outcome? {
    isDecided ? nil : decide()
  }

  /// Lets time pass: decides when the window is over and its last samples can't arrive any more.
  public mutating func advance(to now: Double) -> Outcome? {
    guard !isDecided, now >= window.end + patience else { return nil }
    return decide()
  }

  /// The most ticks that the window can have, wherever the schedule stands in it.
  private var dueTicks: Int {
    max(1, Int((window.length / every.seconds - 1e-6).rounded(.up)))
  }

  private func satisfies(_ sample: Sample) -> Bool {
    guard !momentary.isEmpty, let value = sample.finiteValue else { return false }
    return momentary.allSatisfy { bound in
      bound.amount.map { bound.bound.isHeld(by: value, limit: $0) } ?? false
    }
  }

  private mutating func decide() -> Outcome {
    isDecided = true
    let series = Series(probe: probe, samples: samples, reasons: [], timingNames: [])
    let data = WindowData(series, in: window, every: every)
    let checks =
      momentary.map { check($0, in: data) }
      + Judge.checks(
        of: lasting, in: series, window: window, every: every, kind: kind, step: step,
        baseline: baseline, rule: .shown)
    let verdict = Verdict.worst(of: checks.map(\.verdict))
    let seconds = lasting.isEmpty ? satisfying.map { $0.scheduled - window.start } : window.length
    return Outcome(verdict: verdict, seconds: verdict == .pass ? seconds : nil, checks: checks)
  }

  private func check(_ bound: ResolvedBound, in data: WindowData) -> Check {
    let covered = data.values.count
    let hasCoverage = data.coverage(for: bound.metric) >= Judge.leastCoverage
    let within = Duration.seconds(window.length).text
    var verdict = Verdict.inconclusive
    var seen = "nothing"
    var reason: String?
    if let satisfying, let value = satisfying.finiteValue {
      let took = Duration.seconds(satisfying.scheduled - window.start).brief
      (verdict, seen) = (.pass, "\(bound.metric.precise(value)) after \(took)")
    } else {
      if let newest = data.values.last {
        seen = "\(bound.metric.precise(newest)), the newest of \(covered) samples"
      }
      if let missing = bound.missing {
        reason = missing
      } else if covered == 0 {
        reason = "none of \(data.scheduled) samples has a value"
      } else if !hasCoverage {
        reason =
          "only \(covered) of \(data.scheduled) samples have a value, so it may have come "
          + "true unseen"
      } else {
        (verdict, reason) = (.fail, "did not come true within \(within)")
      }
    }
    return Check(
      kind: kind,
      title: Wording.title(probe: probe, metric: bound.metric, bound: bound.bound)
        + " within \(within)", probe: probe, step: step, metric: bound.metric,
      asked: Wording.asked(bound.bound, metric: bound.metric, limit: bound.amount)
        + " within \(within)", seen: seen, limit: bound.amount,
      estimate: satisfying?.finiteValue ?? data.values.last, samples: covered,
      scheduled: data.scheduled, window: window, verdict: verdict, reason: reason)
  }
}

extension Metric {
  /// Whether one sample can satisfy a limit of the metric.
  var isMomentary: Bool { self == .value || self == .last }
}

extension Verdict {
  /// What several checks come to together: a fail outweighs an inconclusive, which outweighs a pass.
  static func worst(of verdicts: [Verdict]) -> Verdict {
    if verdicts.contains(.fail) { return .fail }
    return verdicts.contains(.inconclusive) || verdicts.isEmpty ? .inconclusive : .pass
  }
}
