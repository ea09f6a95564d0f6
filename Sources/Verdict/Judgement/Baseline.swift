public import Model

/// What the probes showed before anything was broken; relative limits refer to it.
///
/// It is a point estimate: `2x baseline` means twice what was observed. `value` and `last` refer to
/// the mean of the baseline's values, since one sample would be noise.
public struct Baseline: Sendable, Hashable {
  /// What the baseline says of one probe's metric.
  public enum Reference: Sendable, Hashable {
    case known(Double)
    /// Too few samples for an estimate that means anything.
    case tooFew(samples: Int, needed: Int)
    /// The two halves of the baseline disagree: their intervals do not overlap. Whatever differs
    /// from such a baseline may differ by its own drift.
    case unstable(first: Double, second: Double)
  }

  private struct Key: Sendable, Hashable {
    var probe: String
    var metric: Metric
  }

  public let window: Window
  private var references: [Key: Reference] = [:]

  /// Estimates every metric that a relative limit of the experiment refers to.
  public init(of experiment: Experiment, series: [Series], window: Window) {
    self.init(of: experiment.relativeMetrics, series: series, window: window)
  }

  /// Estimates the metrics of each probe, by the probe's name.
  public init(of metrics: [String: Set<Metric>], series: [Series], window: Window) {
    self.window = window
    for series in series {
      for metric in metrics[series.probe] ?? [] {
        references[Key(probe: series.probe, metric: metric)] =
          Self.reference(for: metric, in: series, window: window)
      }
    }
  }

  /// What the baseline says of a probe's metric; nil if it was not asked for.
  public subscript(probe: String, metric: Metric) -> Reference? {
    references[Key(probe: probe, metric: metric)]
  }

  /// The samples without which an estimate means nothing: ten, and for a quantile as many as keep it
  /// off the extremes, such as 20 for p95.
  public static func samplesNeeded(for metric: Metric) -> Int {
    guard case .latency(let quantile) = metric else { return 10 }
    return max(10, Int((1 / min(quantile, 1 - quantile) * (1 - 1e-9)).rounded(.up)))
  }

  private static func reference(
    for metric: Metric, in series: Series, window: Window
  ) -> Reference {
    let estimated: Metric =
      switch metric {
      case .value, .last: .mean
      default: metric
      }
    // Only the metric counts here, not the side from which it is judged.
    let bound = Bound(direction: .maximum, limit: .absolute(0))
    func estimate(_ window: Window) -> Estimate {
      WindowData(series, in: window, every: .zero).estimate(of: estimated, against: bound)
    }
    let whole = estimate(window)
    let needed = samplesNeeded(for: metric)
    guard let point = whole.point, whole.samples >= needed else {
      return .tooFew(samples: whole.samples, needed: needed)
    }
    if metric == .minimum || metric == .maximum { return .known(point) }
    let middle = (window.start + window.end) / 2
    let first = estimate(Window(start: window.start, end: middle))
    let second = estimate(Window(start: middle, end: window.end))
    if let a = first.point, let b = second.point, !first.bounds.overlap(second.bounds) {
      return .unstable(first: a, second: b)
    }
    return .known(point)
  }
}

extension Bounds {
  /// Whether two intervals share anything; one without an end reaches as far as it must.
  func overlap(_ other: Bounds) -> Bool {
    let start = max(lower ?? -.infinity, other.lower ?? -.infinity)
    let end = min(upper ?? .infinity, other.upper ?? .infinity)
    return start <= end
  }
}

extension Experiment {
  /// Every probe's limits, wherever the experiment names them.
  var limitsByProbe: [(probe: String, limits: [MetricLimit])] {
    var all: [(probe: String, limits: [MetricLimit])] = []
    for probe in hypothesis.probes {
      all.append((probe.name.text, probe.tolerance?.limits ?? []))
      all.append((probe.name.text, probe.whileFaulted?.limits ?? []))
    }
    let conditions =
      steps.flatMap(\.expectations).map(\.condition) + steps.compactMap(\.wait?.until)
      + stopConditions.map(\.condition)
    return all + conditions.map { ($0.probe.text, $0.limits) }
  }

  /// The metrics of each probe that a relative limit refers to.
  public var relativeMetrics: [String: Set<Metric>] {
    var metrics: [String: Set<Metric>] = [:]
    for (probe, limits) in limitsByProbe {
      for limit in limits where limit.bounds.contains(where: \.isRelative) {
        metrics[probe, default: []].insert(limit.metric)
      }
    }
    return metrics
  }
}

extension Bound {
  /// Whether the limit means nothing without a baseline.
  var isRelative: Bool { limit.absolute == nil }
}
