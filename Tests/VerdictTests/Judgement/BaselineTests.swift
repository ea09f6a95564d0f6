import Model
import Testing

@testable import Verdict

@Suite struct BaselineTests {
  private let window = Window(start: 0, end: 60)

  private func baseline(_ metric: Metric, _ series: Series) -> Baseline {
    Baseline(of: ["checkout": [metric]], series: [series], window: window)
  }

  private func judged(
    _ limit: MetricLimit, latency: Double, baseline: Baseline?
  ) throws -> Check {
    let series = Given.series(
      Given.outcomes(successes: 600), start: 100, latency: { _ in latency })
    let checks = Judge.checks(
      of: [limit], in: series, window: Window(start: 100, end: 160), every: .milliseconds(100),
      kind: .fault, baseline: baseline, rule: .shown)
    return try #require(checks.first)
  }

  private let p95 = Metric.latency(quantile: 0.95)

  @Test func relativeLimits() throws {
    let series = Given.series(Given.outcomes(successes: 600), latency: { _ in 0.042 })
    let reference = baseline(p95, series)
    #expect(reference["checkout", p95] == .known(0.042))
    let twice = Given.limit(p95, .maximum, .baselineTimes(2, floor: 0.05))
    let good = try judged(twice, latency: 0.08, baseline: reference)
    #expect(good.verdict == .pass)
    #expect(good.limit == 0.084)
    #expect(good.asked == "at most 2x baseline = 84 ms (at least 50 ms)")
    #expect(good.title == "checkout: p95 at most 2x baseline (at least 50 ms)")
    #expect(try judged(twice, latency: 0.09, baseline: reference).verdict == .fail)
    let plus = Given.limit(p95, .maximum, .baselinePlus(0.01))
    let over = try judged(plus, latency: 0.06, baseline: reference)
    #expect(over.verdict == .fail)
    #expect(over.asked == "at most baseline + 10 ms = 52 ms")
  }

  @Test func theFloorLiftsALowBaseline() throws {
    let reference = baseline(
      p95, Given.series(Given.outcomes(successes: 600), latency: { _ in 0.001 }))
    let twice = Given.limit(p95, .maximum, .baselineTimes(2, floor: 0.05))
    let check = try judged(twice, latency: 0.04, baseline: reference)
    #expect(check.limit == 0.05)
    #expect(check.verdict == .pass)
  }

  @Test func withoutOneNothingIsShown() throws {
    let twice = Given.limit(p95, .maximum, .baselineTimes(2, floor: nil))
    let check = try judged(twice, latency: 0.04, baseline: nil)
    #expect(check.verdict == .inconclusive)
    #expect(check.limit == nil)
    #expect(check.reason == "no baseline to compare with")
    #expect(check.asked == "at most 2x baseline")
    #expect(check.estimate == 0.04)
  }

  @Test(arguments: [(0.95, 20), (0.99, 100), (0.5, 10), (0.05, 20), (0.999, 1000)])
  func samplesNeeded(quantile: Double, expected: Int) {
    #expect(Baseline.samplesNeeded(for: .latency(quantile: quantile)) == expected)
  }

  @Test func tooFewSamples() throws {
    let reference = baseline(p95, Given.series(Given.outcomes(successes: 19)))
    #expect(reference["checkout", p95] == .tooFew(samples: 19, needed: 20))
    let twice = Given.limit(p95, .maximum, .baselineTimes(2, floor: nil))
    let check = try judged(twice, latency: 0.01, baseline: reference)
    #expect(check.reason == "the baseline has 19 samples for p95; it takes 20")
    #expect(check.verdict == .inconclusive)
  }

  @Test func unstableHalves() throws {
    let series = Given.series(
      Given.outcomes(successes: 600), latency: { ($0 < 300 ? 0.01 : 0.03) + Double($0) * 1e-6 })
    let reference = baseline(p95, series)
    let twice = Given.limit(p95, .maximum, .baselineTimes(2, floor: nil))
    let check = try judged(twice, latency: 0.01, baseline: reference)
    #expect(check.verdict == .inconclusive)
    #expect(
      check.reason == "baseline unstable: 10.3 ms in its first half, 30.6 ms in its second")
  }

  /// Halves that are drawn alike are called unstable only rarely.
  @Test func stableHalves() {
    let seed: UInt64 = 99
    var generator = SplitMix(seed: seed)
    var unstable = 0
    for _ in 0..<100 {
      let noise = (0..<200).map { _ in 0.01 + 0.01 * generator.fraction() }
      let series = Given.series(
        Given.outcomes(successes: 200), every: 0.3, latency: { noise[$0] })
      if case .unstable? = baseline(p95, series)["checkout", p95] { unstable += 1 }
    }
    #expect(unstable <= 7, "seed \(seed)")
  }

  @Test func valuesReferToTheirMean() {
    let series = Given.series(
      Given.outcomes(successes: 600), value: { $0.isMultiple(of: 2) ? 2 : 4 })
    #expect(baseline(.value, series)["checkout", .value] == .known(3))
    #expect(baseline(.maximum, series)["checkout", .maximum] == .known(4))
    #expect(baseline(.success, series)["checkout", .success] == .known(1))
    #expect(baseline(.success, series)["checkout", .mean] == nil)
  }

  @Test func onlyWhatIsAskedForIsEstimated() throws {
    let experiment = try Given.experiment(
      probes: [
        Given.probe(
          tolerance: ["success": ["min": "98%"]], whileFaulted: ["p95": ["max": "2x baseline"]]),
        Given.probe("other", tolerance: ["value": ["max": "baseline + 5"]]),
      ],
      method: [["fault": "idle", "for": "60s"]],
      stops: [["probe": "checkout", "success": ["below": "baseline - 10pp"]]])
    #expect(
      experiment.relativeMetrics == ["checkout": [p95, .success], "other": [.value]])
  }
}
