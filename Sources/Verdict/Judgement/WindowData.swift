internal import Model

/// The samples of one window, sorted out for every metric.
struct WindowData {
  /// The ticks of the probe's schedule in the window.
  let scheduled: Int
  let successes: Int
  let failures: Int
  /// Latencies of successful samples, ascending.
  let latencies: [Double]
  /// The finite values in the order of their schedule; what is not finite is no value.
  let values: [Double]

  /// Sorts out the samples that were scheduled in a window.
  init(_ series: Series, in window: Window, every: Duration) {
    let samples = series.samples(in: window).sorted { $0.scheduled < $1.scheduled }
    // Where the schedule stands in the window is not known; the samples may tell of one tick more.
    scheduled = max(samples.count, Schedule.ticks(in: window.length, every: every))
    successes = samples.count { $0.outcome == .success }
    failures = samples.count { $0.outcome == .failure }
    latencies =
      samples.filter { $0.outcome == .success && $0.latency.isFinite }.map(\.latency).sorted()
    values = samples.compactMap(\.finiteValue)
  }

  /// The samples that say anything of what a metric is about.
  ///
  /// Neither missing data nor a missed tick says anything of the system. A failure counts for
  /// latency, though it has none: the sample was taken.
  func covered(for metric: Metric) -> Int {
    metric.unit == .number ? values.count : successes + failures
  }

  /// The share of the schedule's ticks that say anything, from 0 to 1; 0 where none was due.
  func coverage(for metric: Metric) -> Double {
    scheduled > 0 ? Double(covered(for: metric)) / Double(scheduled) : 0
  }

  /// What the samples say of a metric, seen from one side.
  ///
  /// `value` must hold for every sample, so it is the worst value that counts.
  func estimate(of metric: Metric, against bound: Bound) -> Estimate {
    switch metric {
    case .success: Self.share(successes, of: successes + failures)
    case .latency(let quantile): Self.quantile(quantile, of: latencies)
    case .value:
      Estimate(
        observed: bound.direction.isLower ? values.min() : values.max(), samples: values.count)
    case .mean:
      Mean(of: values).map {
        Estimate(
          point: $0.estimate, bounds: $0.bounds, samples: values.count,
          effectiveSamples: $0.effectiveSamples)
      } ?? Estimate(observed: nil, samples: 0)
    case .minimum: Estimate(observed: values.min(), samples: values.count)
    case .maximum: Estimate(observed: values.max(), samples: values.count)
    case .last: Estimate(observed: values.last, samples: values.count)
    }
  }

  /// What the samples would say if every one that is missing were as good as it could be.
  ///
  /// Nil where a missing sample could be good enough to outweigh all others.
  func bestCase(of metric: Metric, against bound: Bound) -> Estimate? {
    let missing = max(0, scheduled - covered(for: metric))
    let isLower = bound.direction.isLower
    switch (metric, isLower) {
    case (.success, _):
      let good = isLower ? missing : 0
      return Self.share(successes + good, of: successes + failures + missing)
    case (.latency(let quantile), true):
      return Self.quantile(
        quantile, of: latencies + Array(repeating: Double.infinity, count: missing))
    case (.latency(let quantile), false):
      return Self.quantile(quantile, of: Array(repeating: 0, count: missing) + latencies)
    case (.value, _), (.minimum, true), (.maximum, false):
      // Whatever else was there, the worst that was seen was seen.
      return estimate(of: metric, against: bound)
    default: return nil
    }
  }

  private static func share(_ successes: Int, of samples: Int) -> Estimate {
    Estimate(
      point: samples > 0 ? Double(successes) / Double(samples) : nil,
      bounds: Proportion.bounds(successes: successes, of: samples), samples: samples)
  }

  private static func quantile(_ quantile: Double, of ascending: [Double]) -> Estimate {
    func sample(_ rank: Int?) -> Double? { rank.map { ascending[$0 - 1] } }
    let count = ascending.count
    return Estimate(
      point: sample(Quantile.rank(of: quantile, in: count)),
      bounds: Bounds(
        lower: sample(Quantile.lowerRank(of: quantile, in: count)),
        upper: sample(Quantile.upperRank(of: quantile, in: count))),
      samples: count)
  }
}

/// The fixed schedule of a probe's samples.
enum Schedule {
  /// The least number of ticks in a stretch of so many seconds; rounding of times loses none.
  static func ticks(in seconds: Double, every: Duration) -> Int {
    guard seconds > 0, every > .zero else { return 0 }
    let ticks = (seconds / every.seconds + 1e-6).rounded(.down)
    return Int(min(ticks, Double(Limits.sampleCount)))
  }
}

extension Sample {
  /// The value, if it is a number that can be compared.
  var finiteValue: Double? { value.flatMap { $0.isFinite ? $0 : nil } }

  /// Whether the sample says anything of the system.
  var hasData: Bool { outcome == .success || outcome == .failure }
}
