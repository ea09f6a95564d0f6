import Model
import Testing

@testable import Verdict

@Suite struct RecoveryWatchTests {
  private func recovery(within: Int = 60, holds: Int = 2) -> Recovery {
    var recovery = Recovery()
    recovery.within = .seconds(within)
    recovery.holds = .seconds(holds)
    return recovery
  }

  private func probes(_ all: [JSON]) throws -> [ProbeDeclaration] {
    try Given.experiment(probes: all).hypothesis.probes
  }

  private func checkout(_ tolerance: JSON = ["success": ["min": "100%"]]) throws
    -> [ProbeDeclaration]
  {
    try probes([Given.probe(tolerance: tolerance)])
  }

  /// What a watch says of a whole series, given at once.
  private func outcome(
    _ series: [Series], probes: [ProbeDeclaration], recovery: Recovery
  ) -> RecoveryWatch.Outcome? {
    var watch = RecoveryWatch(
      probes: probes, undone: 100, recovery: recovery, baseline: nil)
    for (index, series) in series.enumerated() {
      for sample in series.samples { watch.add(sample, of: index) }
    }
    return watch.advance(to: 1000)
  }

  private func seconds(_ outcome: RecoveryWatch.Outcome?) -> Double? {
    guard case .recovered(let seconds, _)? = outcome else { return nil }
    return (seconds * 1000).rounded() / 1000
  }

  @Test func whatNeverBrokeRecoversAtOnce() throws {
    let series = Given.series(Given.outcomes(successes: 600), start: 100)
    let outcome = outcome([series], probes: try checkout(), recovery: recovery())
    #expect(outcome == .recovered(seconds: 0, window: Window(start: 100, end: 102)))
  }

  @Test func theTimeIsThatOfTheLastBadSample() throws {
    // The last failure is at 103.9.
    let outcomes = Given.outcomes(successes: 0, failures: 40) + Given.outcomes(successes: 560)
    let series = Given.series(outcomes, start: 100)
    let outcome = outcome([series], probes: try checkout(), recovery: recovery())
    #expect(seconds(outcome) == 3.9)
    guard case .recovered(_, let window)? = outcome else { return }
    let checks = Judge.recovery(
      of: try checkout()[0], in: series, window: window, baseline: nil)
    #expect(checks.map(\.verdict) == [.pass])
    #expect(checks.map(\.samples) == [20])
  }

  @Test func aToleranceWithRoomRecoversEarlier() throws {
    // Half of the 20 samples of a window may fail.
    let outcomes = Given.outcomes(successes: 0, failures: 40) + Given.outcomes(successes: 560)
    let outcome = outcome(
      [Given.series(outcomes, start: 100)], probes: try checkout(["success": ["min": "50%"]]),
      recovery: recovery())
    #expect(seconds(outcome) == 2.9)
  }

  @Test func aRelapseBeginsAnew() throws {
    let outcomes =
      Given.outcomes(successes: 19, failures: 1) + Given.outcomes(successes: 10, failures: 1)
      + Given.outcomes(successes: 500)
    let outcome = outcome(
      [Given.series(outcomes, start: 100)], probes: try checkout(), recovery: recovery())
    #expect(seconds(outcome) == 3)
  }

  @Test func allProbesMustHoldAtOnce() throws {
    let both = try probes([
      Given.probe("a", tolerance: ["success": ["min": "100%"]]),
      Given.probe("idle", every: "1s"),
      Given.probe("b", every: "500ms", tolerance: ["value": ["min": "2"]]),
    ])
    let a = Given.series(
      Given.outcomes(successes: 50, failures: 1) + Given.outcomes(successes: 600), start: 100)
    let idle = Given.series(Given.outcomes(successes: 0, failures: 60), every: 1, start: 100)
    // Too low until 109.5, with one good moment in between.
    let b = Given.series(
      Given.outcomes(successes: 150), every: 0.5, start: 100,
      value: { $0 < 20 && $0 != 5 ? 1 : 2 })
    let outcome = outcome([a, idle, b], probes: both, recovery: recovery())
    #expect(seconds(outcome) == 9.5)
  }

  @Test func tooLate() throws {
    let series = Given.series(Given.outcomes(successes: 0, failures: 700), start: 100)
    let outcome = outcome([series], probes: try checkout(), recovery: recovery())
    #expect(outcome == .tooLate(window: Window(start: 160, end: 162)))
    let checks = Judge.recovery(
      of: try checkout()[0], in: series, window: Window(start: 160, end: 162), baseline: nil)
    #expect(checks.map(\.verdict) == [.fail])
  }

  /// A failure at the limit itself is still in the last window, one tick earlier is not.
  @Test(arguments: [(599, 59.9), (601, nil)] as [(Int, Double?)])
  func theLimitIsExact(failures: Int, expected: Double?) throws {
    let outcomes =
      Given.outcomes(successes: 0, failures: failures + 1) + Given.outcomes(successes: 200)
    let outcome = outcome(
      [Given.series(outcomes, start: 100)], probes: try checkout(), recovery: recovery())
    #expect(seconds(outcome) == expected)
    #expect(outcome != nil)
  }

  @Test func missingDataIsNoRecovery() throws {
    let silent = Given.series(Given.outcomes(successes: 0, noData: 700), start: 100)
    let outcome = outcome([silent], probes: try checkout(), recovery: recovery())
    #expect(outcome == .tooLate(window: Window(start: 160, end: 162)))
    let checks = Judge.recovery(
      of: try checkout()[0], in: silent, window: Window(start: 160, end: 162), baseline: nil)
    #expect(checks.map(\.verdict) == [.inconclusive])
    // Three of twenty without data are too many, two are not.
    let some = Given.series(
      (0..<700).map { $0 % 20 < ($0 < 200 ? 3 : 2) ? .noData : .success }, start: 100)
    let later = self.outcome([some], probes: try checkout(), recovery: recovery())
    #expect((seconds(later) ?? 0) > 17)
  }

  @Test func withoutTolerancesThereIsNothingToRecover() throws {
    let none = try probes([Given.probe()])
    #expect(
      outcome([], probes: none, recovery: recovery())
        == .recovered(seconds: 0, window: Window(start: 100, end: 102)))
  }

  /// Live, sample by sample and out of order, it says the same as at once, and as soon as it can.
  @Test(arguments: [UInt64(1), 2, 3, 4, 5])
  func liveAgreesWithTheWhole(seed: UInt64) throws {
    var generator = SplitMix(seed: seed)
    let both = try probes([
      Given.probe("a", tolerance: ["success": ["min": "90%"], "p95": ["max": "50ms"]]),
      Given.probe("b", every: "300ms", tolerance: ["mean": ["max": "5"]]),
    ])
    let ill = 5 + 20 * generator.fraction()
    func isIll(_ time: Double) -> Bool { time < 100 + ill }
    var arrivals: [(at: Double, probe: Int, sample: Sample)] = []
    for (probe, every) in [(0, 0.1), (1, 0.3)] {
      for tick in 0..<Int(60 / every) {
        let scheduled = 100.03 + Double(tick) * every
        let fails = generator.fraction() < (isIll(scheduled) ? 0.4 : 0.01)
        let latency = generator.fraction() * (isIll(scheduled) ? 1.5 : 0.04)
        let sample = Sample(
          scheduled: scheduled, outcome: fails ? .failure : .success, latency: latency,
          value: isIll(scheduled) ? 9 : generator.fraction() * 6)
        arrivals.append((scheduled + latency, probe, sample))
      }
    }
    arrivals.sort { $0.at < $1.at }
    let series = [0, 1].map { probe in
      Series(
        probe: both[probe].name.text, samples: arrivals.filter { $0.probe == probe }.map(\.sample),
        reasons: [], timingNames: [])
    }
    let whole = outcome(series, probes: both, recovery: recovery())
    var watch = RecoveryWatch(
      probes: both, undone: 100, recovery: recovery(), baseline: nil)
    var live: RecoveryWatch.Outcome?
    var decided = 0.0
    for arrival in arrivals where live == nil {
      watch.add(arrival.sample, of: arrival.probe)
      live = watch.advance(to: arrival.at)
      decided = arrival.at
    }
    #expect(seconds(live) != nil, "seed \(seed)")
    #expect(seconds(live) == seconds(whole), "seed \(seed)")
    guard case .recovered(let seconds, let window)? = live else { return }
    // Decided when the window's last samples had arrived, not a timeout later.
    #expect(decided < window.end + 1.6, "seed \(seed)")
    for (probe, series) in zip(both, series) {
      let checks = Judge.recovery(of: probe, in: series, window: window, baseline: nil)
      #expect(checks.allSatisfy { $0.verdict == .pass }, "seed \(seed)")
    }
    // No window that began earlier held; looked for by brute force.
    for step in 0..<Int(seconds * 100) {
      let earlier = Window(start: 100 + Double(step) / 100, end: 102 + Double(step) / 100)
      let checks = zip(both, series).flatMap { probe, series in
        Judge.recovery(of: probe, in: series, window: earlier, baseline: nil)
      }
      #expect(checks.contains { $0.verdict != .pass }, "seed \(seed), \(earlier)")
    }
  }

  @Test func itWaitsForWhatMayStillArrive() throws {
    var watch = RecoveryWatch(
      probes: try checkout(), undone: 100, recovery: recovery(), baseline: nil)
    let series = Given.series(Given.outcomes(successes: 30), start: 100)
    for sample in series.samples where sample.scheduled != 101 { watch.add(sample, of: 0) }
    // The tick at 101 is under way; its timeout is 2 s, and a second more is granted.
    #expect(watch.advance(to: 103.9) == nil)
    #expect(seconds(watch.advance(to: 105.2)) == 0)
  }
}
