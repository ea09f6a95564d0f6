import Model
import Testing

@testable import Verdict

@Suite struct SlidingWindowTests {
  static let metrics: [Metric] = [
    .success, .latency(quantile: 0.5), .latency(quantile: 0.95), .value, .mean, .minimum, .maximum,
    .last,
  ]

  /// Samples of every outcome, some of which overtake others.
  private func samples(seed: UInt64) -> [Sample] {
    var generator = SplitMix(seed: seed)
    var samples = (0..<400).map { index in
      let outcomes: [Sample.Outcome] = [.success, .success, .success, .failure, .noData, .missed]
      return Sample(
        scheduled: Double(index) / 10, outcome: outcomes[Int(generator.fraction() * 6)],
        latency: generator.fraction(),
        value: generator.fraction() < 0.7 ? (generator.fraction() * 20).rounded() : nil)
    }
    for index in 1..<samples.count where generator.fraction() < 0.2 {
      samples.swapAt(index - 1, index)
    }
    return samples
  }

  /// The window that slides says at every step what the batch says of the same samples.
  @Test(arguments: [UInt64(1), 2, 3])
  func agreesWithTheBatch(seed: UInt64) throws {
    var window = SlidingWindow(metrics: Self.metrics)
    var arrived: [Sample] = []
    for (round, sample) in samples(seed: seed).enumerated() {
      window.insert(sample)
      arrived.append(sample)
      let newest = try #require(window.newest)
      while let oldest = window.oldest, oldest <= newest - 5 { window.removeFirst() }
      guard round % 13 == 0 else { continue }
      let series = Series(
        probe: "checkout", samples: arrived.filter { $0.scheduled > newest - 5 }, reasons: [],
        timingNames: [])
      let batch = WindowData(
        series, in: Window(start: -1, end: 1000), every: .seconds(1))
      for metric in Self.metrics {
        for direction in [Bound.Direction.minimum, .maximum] {
          let bound = Bound(direction: direction, limit: .absolute(0))
          let live = window.point(of: metric, against: bound)
          let expected = batch.estimate(of: metric, against: bound).point
          #expect((live == nil) == (expected == nil), "\(metric.name), seed \(seed)")
          if let live, let expected {
            #expect(abs(live - expected) < 1e-9, "\(metric.name), seed \(seed), round \(round)")
          }
        }
        #expect(window.covered(for: metric) == batch.covered(for: metric), "seed \(seed)")
      }
    }
  }

  @Test func aSumDoesNotDrift() {
    var window = SlidingWindow(metrics: [.mean])
    let bound = Bound(direction: .maximum, limit: .absolute(0))
    window.insert(Sample(scheduled: 0, outcome: .success, value: 1e17))
    for index in 1...1000 {
      window.insert(Sample(scheduled: Double(index), outcome: .success, value: 0.1))
    }
    window.removeFirst()
    let mean = window.point(of: .mean, against: bound) ?? .nan
    #expect(abs(mean - 0.1) < 1e-9, "\(mean)")
  }

  @Test func aQueueKeepsTheOrderOfTime() {
    var queue = TimedQueue<Int>()
    for time in [3, 1, 2, 5, 4] { queue.insert(time, at: Double(time)) }
    #expect(queue.last?.time == 5)
    var order: [Int] = []
    while let element = queue.removeFirst() { order.append(element) }
    #expect(order == [1, 2, 3, 4, 5])
    #expect(queue.isEmpty)
    #expect(queue.first == nil)
    #expect(queue.removeFirst() == nil)
  }

  @Test func aQueueForgetsWhatIsGone() {
    var queue = TimedQueue<Int>()
    for round in 0..<10_000 {
      queue.insert(round, at: Double(round))
      if queue.count > 5 { #expect(queue.removeFirst() == round - 5) }
    }
    #expect(queue.count == 5)
    #expect(queue.first?.element == 9_995)
  }
}
