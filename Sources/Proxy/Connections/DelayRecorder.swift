internal import Model

/// Delays as they were measured: extremes of all, and a fair sample for the median.
struct DelayRecorder {
  private static let capacity = 4096

  private var count = 0
  private var least: Duration = .zero
  private var most: Duration = .zero
  private var sample: [Duration] = []
  private var random: SplitMix

  init(seed: UInt64) {
    random = SplitMix(seed: seed)
  }

  /// Adds a delay; each that ever came has the same chance to be in the sample: Vitter's algorithm R
  /// (ACM TOMS 11, 1985).
  mutating func add(_ delay: Duration) {
    least = count == 0 ? delay : min(least, delay)
    most = max(most, delay)
    count += 1
    if sample.count < Self.capacity {
      sample.append(delay)
    } else {
      let place = Int(random.next() % UInt64(count))
      if place < Self.capacity { sample[place] = delay }
    }
  }

  /// What was measured; nil if nothing was.
  var summary: DelaySummary? {
    guard count > 0 else { return nil }
    let sorted = sample.sorted()
    let middle = sorted.count / 2
    let median =
      sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    return DelaySummary(count: count, least: least, median: median, most: most)
  }
}
