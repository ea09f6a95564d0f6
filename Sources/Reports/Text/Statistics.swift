internal import Model

/// What a reader wants to know of the samples of one window.
struct Statistics {
  /// All samples that were due, missed ones too.
  private(set) var due = 0
  private(set) var successes = 0
  private(set) var failures = 0
  private(set) var noData = 0
  private(set) var missed = 0
  /// The latencies of successful samples in ascending order, in seconds.
  private(set) var latencies: [Double] = []
  private(set) var valueCount = 0
  private(set) var valueSum = 0.0
  private(set) var leastValue = Double.infinity
  private(set) var greatestValue = -Double.infinity

  init(_ samples: some Sequence<Sample>) {
    for sample in samples {
      due += 1
      switch sample.outcome {
      case .success:
        successes += 1
        if sample.latency.isFinite { latencies.append(sample.latency) }
      case .failure: failures += 1
      case .noData: noData += 1
      case .missed: missed += 1
      }
      if let value = sample.value, value.isFinite {
        valueCount += 1
        valueSum += value
        leastValue = min(leastValue, value)
        greatestValue = max(greatestValue, value)
      }
    }
    latencies.sort()
  }

  /// The samples that say something about the system.
  var answered: Int { successes + failures }

  var mean: Double? { valueCount > 0 ? valueSum / Double(valueCount) : nil }

  /// The nearest-rank quantile of the latencies: a latency that was measured, never one in between.
  func latency(_ quantile: Double) -> Double? {
    guard !latencies.isEmpty else { return nil }
    let rank = Int((quantile * Double(latencies.count)).rounded(.up))
    return latencies[min(max(rank, 1), latencies.count) - 1]
  }
}
