internal import Model

/// The samples of a window that slides, with every point estimate at hand after each of them.
///
/// The estimates are those of `WindowData`; only what the metrics need is kept.
struct SlidingWindow: Sendable {
  private var samples = TimedQueue<Sample>()
  private var newestValues = TimedQueue<Double>()
  private var latencies = OrderedSamples()
  private var values = OrderedSamples()
  private var valueSum = CompensatedSum()
  private(set) var successes = 0
  private(set) var failures = 0
  private var valueCount = 0

  private let needsLatencies: Bool
  private let needsOrder: Bool
  private let needsNewest: Bool

  init(metrics: [Metric]) {
    needsLatencies = metrics.contains { $0.unit == .time }
    needsOrder = metrics.contains { [.value, .minimum, .maximum].contains($0) }
    needsNewest = metrics.contains(.last)
  }

  /// All samples in the window, those without data too.
  var count: Int { samples.count }
  var newest: Double? { samples.last?.time }
  var oldest: Double? { samples.first?.time }

  mutating func insert(_ sample: Sample) {
    samples.insert(sample, at: sample.scheduled)
    if sample.outcome == .success { successes += 1 }
    if sample.outcome == .failure { failures += 1 }
    if needsLatencies, let latency = sample.successLatency { latencies.insert(latency) }
    if let value = sample.finiteValue {
      valueCount += 1
      valueSum.add(value)
      if needsOrder { values.insert(value) }
      if needsNewest { newestValues.insert(value, at: sample.scheduled) }
    }
  }

  mutating func removeFirst() {
    guard let sample = samples.removeFirst() else { return }
    if sample.outcome == .success { successes -= 1 }
    if sample.outcome == .failure { failures -= 1 }
    if needsLatencies, let latency = sample.successLatency { latencies.remove(latency) }
    if let value = sample.finiteValue {
      valueCount -= 1
      valueSum.add(-value)
      if needsOrder { values.remove(value) }
      if needsNewest { _ = newestValues.removeFirst() }
    }
  }

  /// The samples that say anything of what a metric is about.
  func covered(for metric: Metric) -> Int {
    metric.unit == .number ? valueCount : successes + failures
  }

  /// The estimate from the side of a bound; nil where there is nothing to estimate from.
  func point(of metric: Metric, against bound: Bound) -> Double? {
    let isLower = bound.direction.isLower
    switch metric {
    case .success:
      let all = successes + failures
      return all > 0 ? Double(successes) / Double(all) : nil
    case .latency(let quantile):
      return Quantile.rank(of: quantile, in: latencies.count).flatMap { latencies[rank: $0] }
    case .value: return isLower ? values.least : values.greatest
    case .mean: return valueCount > 0 ? valueSum.total / Double(valueCount) : nil
    case .minimum: return values.least
    case .maximum: return values.greatest
    case .last: return newestValues.last?.element
    }
  }
}

/// A sum to which numbers are added for hours, and taken away again, without losing digits
/// (Neumaier, ZAMM 54, 1974).
private struct CompensatedSum: Sendable {
  private var sum = 0.0
  private var lost = 0.0

  var total: Double { sum + lost }

  mutating func add(_ number: Double) {
    let next = sum + number
    lost += abs(sum) >= abs(number) ? (sum - next) + number : (number - next) + sum
    sum = next
  }
}

extension Sample {
  /// The latency, if the sample succeeded.
  fileprivate var successLatency: Double? {
    outcome == .success && latency.isFinite ? latency : nil
  }
}
