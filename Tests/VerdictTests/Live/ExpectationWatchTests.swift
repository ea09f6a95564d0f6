import Model
import Testing

@testable import Verdict

@Suite struct ExpectationWatchTests {
  private func watch(
    _ limits: [MetricLimit], within: Duration = .seconds(30), every: Duration = .seconds(1),
    baseline: Baseline? = nil
  ) -> ExpectationWatch {
    ExpectationWatch(
      ProbeCondition(probe: "replicas", limits: limits), every: every, patience: .seconds(2),
      kind: .expectation, step: "lose", start: 100, within: within, baseline: baseline)
  }

  private let two = Given.limit(.value, .minimum, .absolute(2))

  private func sample(_ at: Double, _ value: Double?) -> Sample {
    Sample(scheduled: at, outcome: value == nil ? .noData : .success, value: value)
  }

  @Test func itComesTrueWithTheFirstSampleThatSatisfies() throws {
    var watch = watch([two])
    // Before the start nothing counts.
    #expect(watch.add(sample(99.5, 2)) == nil)
    for second in 0..<12 { #expect(watch.add(sample(100.3 + Double(second), 1)) == nil) }
    let decided = watch.add(sample(112.3, 2))
    let outcome = try #require(decided)
    #expect(outcome.verdict == .pass)
    #expect(abs((outcome.seconds ?? 0) - 12.3) < 1e-9)
    let check = try #require(outcome.checks.first)
    #expect(check.title == "replicas: value at least 2 within 30s")
    #expect(check.seen == "2 after 12.3 s")
    #expect(check.kind == .expectation)
    #expect(check.step == "lose")
    // Decided once.
    #expect(watch.add(sample(113.3, 2)) == nil)
    #expect(watch.advance(to: 999) == nil)
  }

  @Test func itFailsWhenTheWindowIsOver() throws {
    var watch = watch([two])
    for second in 0..<29 { #expect(watch.add(sample(100 + Double(second), 1)) == nil) }
    #expect(watch.advance(to: 131.9) == nil)
    let decided = watch.add(sample(129, 1))
    let outcome = try #require(decided)
    #expect(outcome.verdict == .fail)
    #expect(outcome.seconds == nil)
    #expect(outcome.checks.map(\.reason) == ["did not come true within 30s"])
    #expect(outcome.checks.map(\.seen) == ["1, the newest of 30 samples"])
  }

  @Test func theLastTickOfTheWindowCountsThoughItArrivesLate() throws {
    var watch = watch([two])
    for second in 0..<29 { _ = watch.add(sample(100 + Double(second), 1)) }
    #expect(watch.advance(to: 131) == nil)
    #expect(watch.add(sample(129, 2))?.verdict == .pass)
  }

  @Test func itIsOverByTheClockWhereTicksAreMissing() throws {
    var watch = watch([two])
    for second in 0..<28 { _ = watch.add(sample(100 + Double(second), 1)) }
    let decided = watch.advance(to: 132)
    let outcome = try #require(decided)
    #expect(outcome.verdict == .fail)
  }

  @Test func withoutDataItIsInconclusive() throws {
    var silent = watch([two])
    let undecided = silent.advance(to: 132)
    let none = try #require(undecided)
    #expect(none.verdict == .inconclusive)
    #expect(none.checks.map(\.reason) == ["none of 30 samples has a value"])
    var sparse = watch([two])
    _ = sparse.add(sample(100, 1))
    for second in 1..<29 { _ = sparse.add(sample(100 + Double(second), nil)) }
    let decided = sparse.add(sample(129, nil))
    let outcome = try #require(decided)
    #expect(outcome.verdict == .inconclusive)
    #expect(
      outcome.checks.map(\.reason) == [
        "only 1 of 30 samples have a value, so it may have come true unseen"
      ])
  }

  @Test func allLimitsMustHoldInOneSample() throws {
    let range = MetricLimit(
      metric: .value,
      bounds: [
        Bound(direction: .minimum, limit: .absolute(2)),
        Bound(direction: .maximum, limit: .absolute(4)),
      ])
    var watch = watch([range])
    #expect(watch.add(sample(100, 1)) == nil)
    #expect(watch.add(sample(101, 5)) == nil)
    let decided = watch.add(sample(102, 3))
    let outcome = try #require(decided)
    #expect(outcome.checks.map(\.verdict) == [.pass, .pass])
  }

  @Test(arguments: [(0, Verdict.pass), (30, .fail), (2, .inconclusive)])
  func sharesAreJudgedOverTheWholeWindow(failures: Int, expected: Verdict) throws {
    var watch = watch(
      [Given.limit(.success, .minimum, .absolute(0.98))], every: .milliseconds(100))
    var outcome: ExpectationWatch.Outcome?
    for index in 0..<300 {
      #expect(outcome == nil)
      outcome = watch.add(
        Sample(
          scheduled: 100 + Double(index) / 10, outcome: index < failures ? .failure : .success))
    }
    #expect(outcome?.verdict == expected)
    #expect(outcome?.seconds == (expected == .pass ? 30 : nil))
  }

  @Test func mixedLimitsWaitForTheWindow() throws {
    var watch = watch([two, Given.limit(.success, .minimum, .absolute(0.9))])
    for second in 0..<29 { #expect(watch.add(sample(100 + Double(second), 2)) == nil) }
    let decided = watch.add(sample(129, 2))
    let outcome = try #require(decided)
    #expect(outcome.verdict == .pass)
    #expect(outcome.checks.count == 2)
    #expect(outcome.seconds == 30)
  }

  @Test func aRelativeLimitWithoutBaselineIsInconclusive() throws {
    var watch = watch([Given.limit(.value, .maximum, .baselineTimes(2, floor: nil))])
    for second in 0..<29 { #expect(watch.add(sample(100 + Double(second), 1)) == nil) }
    let decided = watch.add(sample(129, 1))
    let outcome = try #require(decided)
    #expect(outcome.verdict == .inconclusive)
    #expect(outcome.checks.map(\.reason) == ["no baseline to compare with"])
  }
}
