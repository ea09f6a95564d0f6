import Model
import Testing

@testable import Verdict

@Suite struct JudgeTests {
  /// One limit judged over sixty seconds of samples every 100 ms.
  private func judge(
    _ limit: MetricLimit, _ series: Series, rule: Rule = .shown, seconds: Double = 60,
    baseline: Baseline? = nil
  ) throws -> Check {
    let checks = Judge.checks(
      of: [limit], in: series, window: Window(start: 0, end: seconds), every: .milliseconds(100),
      kind: .fault, step: "slow", baseline: baseline, rule: rule)
    return try #require(checks.first)
  }

  @Test(arguments: [
    (600, 0, Verdict.pass, Verdict.pass),
    // 596 of 600 show 98.48 % at least; 592 show 97.6 % only.
    (596, 4, .pass, .pass),
    (592, 8, .inconclusive, .pass),
    // 588 of 600 are 98 % exactly: observed, but not shown.
    (588, 12, .inconclusive, .pass),
    (587, 13, .inconclusive, .fail),
    (570, 30, .fail, .fail),
    (0, 600, .fail, .fail),
  ])
  func success(successes: Int, failures: Int, shown: Verdict, observed: Verdict) throws {
    let limit = Given.limit(.success, .minimum, .absolute(0.98))
    let series = Given.series(Given.outcomes(successes: successes, failures: failures))
    #expect(try judge(limit, series).verdict == shown)
    #expect(try judge(limit, series, rule: .observed).verdict == observed)
  }

  @Test func aShareThatOnlyRoundingPartsFromItsLimitHolds() throws {
    let percentage = try #require(Percentage(text: "99.9%"))
    let limit = Given.limit(.success, .minimum, .absolute(percentage.fraction))
    let series = Given.series(Given.outcomes(successes: 999, failures: 1), every: 0.06)
    #expect(try judge(limit, series, rule: .observed).verdict == .pass)
  }

  @Test func wordsOfASuccess() throws {
    let limit = Given.limit(.success, .minimum, .absolute(0.98))
    let check = try judge(limit, Given.series(Given.outcomes(successes: 596, failures: 4)))
    #expect(check.title == "checkout: success at least 98%")
    #expect(check.asked == "at least 98%")
    #expect(check.seen == "99.33% of 600 samples (95 % sure of at least 98.48%)")
    #expect(check.reason == nil)
    #expect(check.step == "slow")
    #expect(check.samples == 600)
    #expect(check.scheduled == 600)
    let open = try judge(limit, Given.series(Given.outcomes(successes: 590, failures: 10)))
    #expect(
      open.seen == "98.33% of 600 samples (95 % sure of at least 97.19%, and of at most 99.09%)")
    #expect(
      open.reason == "600 samples show neither that it is at least 98% nor that it is not")
    let failed = try judge(limit, Given.series(Given.outcomes(successes: 500, failures: 100)))
    #expect(failed.seen == "83.33% of 600 samples (95 % sure of at most 85.79%)")
    #expect(failed.reason == "not at least 98%")
    let gate = try judge(
      limit, Given.series(Given.outcomes(successes: 596, failures: 4)), rule: .observed)
    #expect(gate.seen == "99.33% of 600 samples")
  }

  @Test func aShareShortOfTheWholeNeverReadsAsTheWhole() {
    #expect(Metric.success.precise(0.99999) == "99.999%")
    #expect(Metric.success.precise(1) == "100%")
    #expect(Metric.success.precise(0.5) == "50%")
  }

  /// Latencies of 1 ms, 2 ms … 600 ms: the 95th of a hundred is 570 ms, its bounds 561 and 580.
  @Test(arguments: [
    (0.58, Bound.Direction.maximum, Verdict.pass, Verdict.pass),
    (0.575, .maximum, .inconclusive, .pass), (0.5705, .maximum, .inconclusive, .pass),
    (0.565, .maximum, .inconclusive, .fail), (0.5605, .maximum, .fail, .fail),
    (0.561, .minimum, .pass, .pass), (0.565, .minimum, .inconclusive, .pass),
    (0.5805, .minimum, .fail, .fail),
  ])
  func latency(
    limit: Double, direction: Bound.Direction, shown: Verdict, observed: Verdict
  ) throws {
    let series = Given.series(
      Given.outcomes(successes: 600), latency: { Double(600 - $0) / 1000 })
    let bound = Given.limit(.latency(quantile: 0.95), direction, .absolute(limit))
    let check = try judge(bound, series)
    #expect(check.verdict == shown)
    #expect(check.estimate == 0.57)
    #expect(check.lower == 0.561)
    #expect(check.upper == 0.58)
    #expect(try judge(bound, series, rule: .observed).verdict == observed)
  }

  @Test func latenciesOfFailuresDoNotCount() throws {
    let series = Given.series(
      Given.outcomes(successes: 100, failures: 500), latency: { $0 < 100 ? 0.01 : 30 })
    let limit = Given.limit(.latency(quantile: 0.95), .maximum, .absolute(0.3))
    let check = try judge(limit, series)
    #expect(check.verdict == .pass)
    #expect(check.samples == 100)
    let none = try judge(limit, Given.series(Given.outcomes(successes: 0, failures: 600)))
    #expect(none.verdict == .inconclusive)
    #expect(none.seen == "nothing")
    #expect(none.reason == "no sample succeeded, so there is no latency")
  }

  @Test func tooFewLatenciesPassNothing() throws {
    let series = Given.series(Given.outcomes(successes: 58))
    let limit = Given.limit(.latency(quantile: 0.95), .maximum, .absolute(0.3))
    #expect(try judge(limit, series, seconds: 5.8).verdict == .inconclusive)
    let more = Given.series(Given.outcomes(successes: 59))
    #expect(try judge(limit, more, seconds: 5.9).verdict == .pass)
  }

  @Test func everyValueMustHold() throws {
    let limit = Given.limit(.value, .minimum, .absolute(2))
    let outcomes = Given.outcomes(successes: 600)
    for rule in [Rule.shown, .observed] {
      let good = try judge(limit, Given.series(outcomes, value: { _ in 2 }), rule: rule)
      #expect(good.verdict == .pass)
      #expect(good.seen == "2 at worst of 600 samples")
      let bad = try judge(
        limit, Given.series(outcomes, value: { $0 == 300 ? 1 : 3 }), rule: rule)
      #expect(bad.verdict == .fail)
      #expect(bad.estimate == 1)
      #expect(bad.lower == nil)
    }
  }

  @Test(arguments: [
    (Metric.minimum, 1.0), (.maximum, 600), (.last, 600), (.value, 600),
  ])
  func valuesAreFacts(metric: Metric, expected: Double) throws {
    let series = Given.series(Given.outcomes(successes: 600), value: { Double($0 + 1) })
    let good = try judge(Given.limit(metric, .maximum, .absolute(expected)), series)
    #expect(good.verdict == .pass)
    #expect(good.estimate == expected)
    let bad = try judge(Given.limit(metric, .maximum, .absolute(expected - 0.5)), series)
    #expect(bad.verdict == .fail)
  }

  @Test func theNewestIsTheLastScheduledNotTheLastArrived() throws {
    let samples = [
      Sample(scheduled: 0.2, outcome: .success, value: 9),
      Sample(scheduled: 0.1, outcome: .success, value: 1),
    ]
    let series = Series(probe: "checkout", samples: samples, reasons: [], timingNames: [])
    let check = try judge(Given.limit(.last, .maximum, .absolute(5)), series, seconds: 0.2)
    // The window ends before the second tick.
    #expect(check.estimate == 1)
    let whole = try judge(Given.limit(.last, .maximum, .absolute(5)), series, seconds: 0.3)
    #expect(whole.estimate == 9)
  }

  @Test func meansHaveIntervals() throws {
    var generator = SplitMix(seed: 5)
    let noise = (0..<600).map { _ in 10 + generator.normal() }
    let series = Given.series(Given.outcomes(successes: 600), value: { noise[$0] })
    #expect(try judge(Given.limit(.mean, .maximum, .absolute(10.5)), series).verdict == .pass)
    #expect(try judge(Given.limit(.mean, .maximum, .absolute(9.5)), series).verdict == .fail)
    let near = noise.reduce(0, +) / 600 + 0.001
    #expect(
      try judge(Given.limit(.mean, .maximum, .absolute(near)), series).verdict == .inconclusive)
    let few = Given.series(Given.outcomes(successes: 9), value: { _ in 1 })
    let check = try judge(Given.limit(.mean, .maximum, .absolute(5)), few, seconds: 0.9)
    #expect(check.verdict == .inconclusive)
    #expect(check.reason == "9 values say too little of a mean; it takes 10")
  }

  @Test func numbersThatAreNoneAreNoValues() throws {
    let series = Given.series(
      Given.outcomes(successes: 600), value: { $0.isMultiple(of: 2) ? .nan : .infinity })
    let check = try judge(Given.limit(.value, .maximum, .absolute(5)), series)
    #expect(check.verdict == .inconclusive)
    #expect(check.reason == "none of 600 samples has a value")
  }

  @Test func onlyTheWindowCounts() throws {
    let series = Given.series(Given.outcomes(successes: 600, failures: 600))
    let limit = Given.limit(.success, .minimum, .absolute(0.98))
    let check = try judge(limit, series)
    #expect(check.samples == 600)
    #expect(check.verdict == .pass)
  }

  @Test func bothSidesOfOneMetricAreTwoChecks() {
    let limit = MetricLimit(
      metric: .value,
      bounds: [
        Bound(direction: .minimum, limit: .absolute(1)),
        Bound(direction: .maximum, limit: .absolute(3)),
      ])
    let checks = Judge.checks(
      of: [limit], in: Given.series(Given.outcomes(successes: 10), value: { _ in 4 }),
      window: Window(start: 0, end: 1), every: .milliseconds(100), kind: .method, baseline: nil,
      rule: .shown)
    #expect(checks.map(\.verdict) == [.pass, .fail])
  }
}
