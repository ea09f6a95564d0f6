/// What a run, or one check of it, came to.
public enum Verdict: String, Sendable, Hashable, Codable, CaseIterable {
  case pass
  case fail
  /// Neither was shown: too little data, a fault not in force, an action that failed.
  case inconclusive
}

/// One judgement: what was asked, what was seen with its interval, from how many samples.
public struct Check: Sendable, Hashable, Codable {
  /// What the check belongs to.
  public enum Kind: String, Sendable, Codable {
    case baseline
    case method
    /// A tolerance in a fault's own window.
    case fault
    case expectation
    case wait
    case stop
    case recovery
  }

  public var kind: Kind
  /// The probe, and what is asked of it, such as `checkout: success at least 98%`.
  public var title: String
  public var probe: String
  /// The step whose window or expectation this is.
  public var step: String?
  public var metric: Metric
  /// The limit in the author's spelling, with what a relative one came to.
  public var asked: String
  /// What was seen, in words, with its interval.
  public var seen: String
  /// The limit as a number in the metric's unit; nil where a relative one had no baseline.
  public var limit: Double?
  /// What was estimated from the samples, in the metric's unit.
  public var estimate: Double?
  /// The ends of the one-sided 95 % intervals, where the metric has them.
  public var lower: Double?
  public var upper: Double?
  /// The samples that count for this metric.
  public var samples: Int
  /// The samples that the schedule asked for in the window.
  public var scheduled: Int
  public var window: Window
  public var verdict: Verdict
  /// Why it is not a pass; nil if it is one.
  public var reason: String?

  /// Makes a check.
  public init(
    kind: Kind, title: String, probe: String, step: String? = nil, metric: Metric, asked: String,
    seen: String, limit: Double? = nil, estimate: Double? = nil, lower: Double? = nil,
    upper: Double? = nil, samples: Int, scheduled: Int, window: Window, verdict: Verdict,
    reason: String? = nil
  ) {
    self.kind = kind
    self.title = title
    self.probe = probe
    self.step = step
    self.metric = metric
    self.asked = asked
    self.seen = seen
    self.limit = limit
    self.estimate = estimate
    self.lower = lower
    self.upper = upper
    self.samples = samples
    self.scheduled = scheduled
    self.window = window
    self.verdict = verdict
    self.reason = reason
  }
}
