import Model
import Testing

@testable import Verdict

@Suite struct ConditionWatchTests {
  private func condition(_ members: [String: JSON]) throws -> StopCondition {
    let stop = members.merging(["probe": "checkout"]) { first, _ in first }
    let experiment = try Given.experiment(
      probes: [Given.probe()], stops: [.object(stop)])
    return try #require(experiment.stopConditions.first)
  }

  /// When the watch fires on a series: the index of the sample.
  private func firing(
    _ members: [String: JSON], _ series: Series, baseline: Baseline? = nil
  ) throws -> (index: Int, firing: ConditionWatch.Firing)? {
    var watch = ConditionWatch(try condition(members), baseline: baseline)
    for (index, sample) in series.samples.enumerated() {
      if let firing = watch.add(sample) { return (index, firing) }
    }
    return nil
  }

  @Test func aWindowMustHaveBeenLivedThrough() throws {
    let allBad = Given.series(Given.outcomes(successes: 0, failures: 100))
    let fired = try #require(
      try firing(["success": ["below": "50%"], "over": "5s"], allBad))
    #expect(fired.index == 50)
    #expect(fired.firing.text == "checkout: success below 50% over 5s: 0% in 50 samples")
    #expect(fired.firing.check.kind == .stop)
    #expect(fired.firing.check.verdict == .fail)
    #expect(fired.firing.check.asked == "below 50% over 5s")
    let short = Given.series(Given.outcomes(successes: 0, failures: 50))
    #expect(try firing(["success": ["below": "50%"], "over": "5s"], short) == nil)
  }

  @Test func itSlides() throws {
    let series = Given.series(Given.outcomes(successes: 200, failures: 100))
    let fired = try #require(
      try firing(["success": ["below": "50%"], "over": "5s"], series))
    // 26 of the newest 50 have failed.
    #expect(fired.index == 225)
    #expect(fired.firing.check.estimate == 0.48)
    #expect(abs(fired.firing.at - 22.5) < 1e-9)
  }

  @Test func missingSamplesDoNotFire() throws {
    let silent = Given.series(Given.outcomes(successes: 60, noData: 100, missed: 100))
    #expect(try firing(["success": ["below": "50%"], "over": "5s"], silent) == nil)
    #expect(try firing(["success": ["below": "50%"]], silent) == nil)
    #expect(try firing(["value": ["below": "5"]], silent) == nil)
  }

  /// One failure among nothing but missing samples is no reason to stop; half of them are.
  @Test func aWindowNeedsData() throws {
    let lonely = Given.outcomes(successes: 60) + Given.outcomes(successes: 0, noData: 49)
    let members: [String: JSON] = ["success": ["below": "50%"], "over": "5s"]
    #expect(
      try firing(members, Given.series(lonely + [.failure] + lonely.suffix(49))) == nil)
    let half = Given.outcomes(successes: 60) + (0..<100).map { $0 % 2 == 0 ? .failure : .noData }
    #expect(try firing(members, Given.series(half)) != nil)
  }

  @Test func withoutOverEachSampleStandsAlone() throws {
    let one = Given.series(Given.outcomes(successes: 60, failures: 1))
    let fired = try #require(try firing(["success": ["below": "50%"]], one))
    #expect(fired.index == 60)
    #expect(fired.firing.text == "checkout: success below 50%: 0% in 1 sample")
    let slow = Given.series(
      Given.outcomes(successes: 60), latency: { $0 == 30 ? 3 : 0.01 })
    #expect(try firing(["p95": ["above": "2s"]], slow)?.index == 30)
  }

  @Test(arguments: [
    ("value", 30), ("last", 30), ("max", 30), ("mean", 30), ("min", 30),
  ])
  func valuesAlone(metric: String, expected: Int) throws {
    let series = Given.series(
      Given.outcomes(successes: 60), value: { $0 == 30 ? 9 : 1 })
    #expect(try firing([metric: ["above": "5"]], series)?.index == expected)
    #expect(try firing([metric: ["above": "9"]], series) == nil)
    #expect(try firing([metric: ["below": "1"]], series) == nil)
  }

  /// As an alert rule's `for`: every value of the window, while the greatest needs one.
  @Test func valuesOverATime() throws {
    let series = Given.series(
      Given.outcomes(successes: 200), value: { $0 >= 60 && $0 != 100 ? 9 : 1 })
    #expect(try firing(["value": ["above": "5"], "over": "5s"], series)?.index == 150)
    #expect(try firing(["max": ["above": "5"], "over": "5s"], series)?.index == 60)
    #expect(try firing(["last": ["above": "5"], "over": "5s"], series)?.index == 60)
    #expect(try firing(["mean": ["above": "5"], "over": "5s"], series)?.index == 85)
  }

  @Test func latenciesOverATime() throws {
    let series = Given.series(
      Given.outcomes(successes: 200), latency: { $0 >= 100 ? 2 : 0.01 })
    // The median of 50 is the 25th: it is slow with the 26th slow sample.
    let fired = try #require(try firing(["p50": ["above": "1s"], "over": "5s"], series))
    #expect(fired.index == 125)
    #expect(fired.firing.text == "checkout: p50 above 1 s over 5s: 2 s in 50 samples")
  }

  @Test func anyOfItsLimitsFires() throws {
    let series = Given.series(
      Given.outcomes(successes: 60), latency: { $0 == 30 ? 3 : 0.01 })
    let members: [String: JSON] = ["success": ["below": "50%"], "p95": ["above": "2s"]]
    #expect(try firing(members, series)?.index == 30)
  }

  @Test func itFiresOnce() throws {
    var watch = ConditionWatch(try condition(["success": ["below": "50%"]]))
    #expect(watch.add(Sample(scheduled: 0, outcome: .failure)) != nil)
    #expect(watch.add(Sample(scheduled: 1, outcome: .failure)) == nil)
  }

  @Test func samplesThatArriveLateAreCounted() throws {
    // Failures take longer to arrive than successes; the order of the schedule decides.
    var samples = Given.series(Given.outcomes(successes: 100)).samples
    let late = (50..<80).map { Sample(scheduled: Double($0) / 10, outcome: .failure) }
    samples.replaceSubrange(50..<80, with: [])
    samples.insert(contentsOf: late, at: 60)
    let series = Series(probe: "checkout", samples: samples, reasons: [], timingNames: [])
    #expect(try firing(["success": ["below": "50%"], "over": "5s"], series) != nil)
  }

  @Test func relativeLimitsWaitForTheBaseline() throws {
    let stop = try condition(["p95": ["above": "10x baseline"]])
    var watch = ConditionWatch(stop)
    #expect(watch.add(Sample(scheduled: 0, outcome: .success, latency: 99)) == nil)
    let series = Given.series(Given.outcomes(successes: 100), latency: { _ in 0.01 })
    watch.resolve(
      with: Baseline(
        of: ["checkout": [.latency(quantile: 0.95)]], series: [series],
        window: Window(start: 0, end: 10)))
    #expect(watch.add(Sample(scheduled: 1, outcome: .success, latency: 0.09)) == nil)
    let fired = watch.add(Sample(scheduled: 2, outcome: .success, latency: 0.11))
    #expect(fired?.check.asked == "above 10x baseline = 100 ms")
  }
}
