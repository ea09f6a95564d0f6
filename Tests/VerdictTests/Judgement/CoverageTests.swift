import Model
import Testing

@testable import Verdict

/// Missing data is never a pass, and a fail only where it could not have helped.
@Suite struct CoverageTests {
  private func check(
    _ limit: MetricLimit, _ outcomes: [Sample.Outcome], rule: Rule = .shown,
    latency: (Int) -> Double = { _ in 0.01 }, value: (Int) -> Double? = { _ in nil }
  ) throws -> Check {
    let series = Given.series(outcomes, latency: latency, value: value)
    let checks = Judge.checks(
      of: [limit], in: series, window: Window(start: 0, end: 100), every: .milliseconds(100),
      kind: .fault, baseline: nil, rule: rule)
    return try #require(checks.first)
  }

  private let success = Given.limit(.success, .minimum, .absolute(0.9))

  @Test(arguments: [
    // Of 1,000 ticks: 900 with data are enough, 899 are not.
    (900, 0, 100, 0, Verdict.pass), (899, 0, 101, 0, .inconclusive),
    (900, 0, 0, 100, .pass), (899, 0, 0, 101, .inconclusive),
    // Ticks of which nothing is known at all count as missing too.
    (899, 0, 0, 0, .inconclusive), (900, 0, 0, 0, .pass),
    // 150 failures of 1,000 are too many, even if all others had been good.
    (100, 150, 750, 0, .fail), (100, 50, 850, 0, .inconclusive),
    (0, 1, 999, 0, .inconclusive), (0, 0, 1000, 0, .inconclusive), (0, 0, 0, 0, .inconclusive),
  ])
  func ofSuccess(
    successes: Int, failures: Int, noData: Int, missed: Int, expected: Verdict
  ) throws {
    let outcomes = Given.outcomes(
      successes: successes, failures: failures, noData: noData, missed: missed)
    #expect(try check(success, outcomes).verdict == expected)
  }

  @Test func theGatesNeedItToo() throws {
    let few = Given.outcomes(successes: 500, noData: 500)
    #expect(try check(success, few, rule: .observed).verdict == .inconclusive)
    let bad = Given.outcomes(successes: 300, failures: 200, noData: 500)
    #expect(try check(success, bad, rule: .observed).verdict == .fail)
  }

  @Test func itSaysHowMuchWasMissing() throws {
    let check = try check(success, Given.outcomes(successes: 450, noData: 550))
    #expect(check.reason == "only 450 of 1000 samples have data; at least 90% must")
    #expect(check.scheduled == 1000)
  }

  @Test func ofNothing() throws {
    #expect(try check(success, []).reason == "none of 1000 samples has data")
    let none = Judge.checks(
      of: [success], in: Given.series([]), window: Window(start: 5, end: 5),
      every: .milliseconds(100), kind: .fault, baseline: nil, rule: .shown)
    #expect(none.map(\.reason) == ["no sample was due"])
    #expect(none.map(\.verdict) == [.inconclusive])
  }

  @Test func ofLatency() throws {
    let limit = Given.limit(.latency(quantile: 0.95), .maximum, .absolute(0.3))
    let half = Given.outcomes(successes: 500, noData: 500)
    #expect(try check(limit, half).verdict == .inconclusive)
    // A third of all samples slow: half of the window missing could not have mended that.
    #expect(try check(limit, half, latency: { $0 < 300 ? 1 : 0.01 }).verdict == .fail)
    #expect(try check(limit, half, latency: { $0 < 30 ? 1 : 0.01 }).verdict == .inconclusive)
    let fast = Given.limit(.latency(quantile: 0.95), .minimum, .absolute(0.3))
    #expect(try check(fast, half).verdict == .inconclusive)
  }

  @Test func ofValues() throws {
    let half = Given.outcomes(successes: 500, noData: 500)
    func values(_ bad: Double) -> (Int) -> Double? { { $0 < 500 ? ($0 == 7 ? bad : 3) : nil } }
    let cases: [(Metric, Bound.Direction, Double, Verdict)] = [
      // A violating sample is a fact, whatever else is missing.
      (.value, .minimum, 1, .fail), (.value, .minimum, 3, .inconclusive),
      (.value, .maximum, 9, .fail), (.minimum, .minimum, 1, .fail), (.maximum, .maximum, 9, .fail),
      // A missing sample could have been the one that holds.
      (.maximum, .minimum, 1, .inconclusive), (.last, .minimum, 1, .inconclusive),
      (.mean, .minimum, 1, .inconclusive),
    ]
    for (metric, direction, bad, expected) in cases {
      let limit = Given.limit(metric, direction, .absolute(direction == .minimum ? 2 : 8))
      #expect(
        try check(limit, half, value: values(bad)).verdict == expected,
        "\(metric.name) \(direction) \(bad)")
    }
  }

  /// A failure without a value says nothing of the value.
  @Test func failuresWithoutValuesLowerTheCoverageOfValues() throws {
    let limit = Given.limit(.value, .minimum, .absolute(2))
    let outcomes = Given.outcomes(successes: 800, failures: 200)
    let check = try check(limit, outcomes, value: { $0 < 800 ? 3 : nil })
    #expect(check.verdict == .inconclusive)
    #expect(check.reason == "only 800 of 1000 samples have a value; at least 90% must")
  }
}
