import Model
import Testing

@testable import Verdict

@Suite struct PhasesTests {
  private func probe() throws -> ProbeDeclaration {
    let experiment = try Given.experiment(probes: [
      Given.probe(
        tolerance: ["success": ["min": "98%"], "p95": ["max": "2x baseline"]],
        whileFaulted: ["within": "5s", "success": ["min": "50%"]])
    ])
    return try #require(experiment.hypothesis.probes.first)
  }

  private let window = Window(start: 0, end: 60)

  @Test func theBaselineIsObservedAndHasNothingToCompareWith() throws {
    // 98.3 % are observed, but not shown.
    let series = Given.series(Given.outcomes(successes: 590, failures: 10))
    let checks = Judge.baseline(of: try probe(), in: series, window: window)
    #expect(checks.map(\.metric) == [.success])
    #expect(checks.map(\.verdict) == [.pass])
    #expect(checks.map(\.kind) == [.baseline])
  }

  @Test func aFaultIsJudgedAfterItsDelay() throws {
    // The first five seconds fail; they are not judged.
    let series = Given.series(
      Given.outcomes(successes: 0, failures: 50) + Given.outcomes(successes: 550))
    let checks = Judge.fault(
      "slow", of: try probe(), in: series, window: window, baseline: nil)
    #expect(checks.map(\.verdict) == [.pass])
    #expect(checks.map(\.samples) == [550])
    #expect(checks.map(\.window) == [Window(start: 5, end: 60)])
    #expect(checks.map(\.step) == ["slow"])
  }

  @Test func aFaultThatEndsBeforeItsDelayShowsNothing() throws {
    let checks = Judge.fault(
      "slow", of: try probe(), in: Given.series(Given.outcomes(successes: 600)),
      window: Window(start: 0, end: 3), baseline: nil)
    #expect(checks.map(\.verdict) == [.inconclusive])
  }

  @Test func recoveryIsObservedAgainstTheTolerance() throws {
    let series = Given.series(Given.outcomes(successes: 590, failures: 10))
    let checks = Judge.recovery(of: try probe(), in: series, window: window, baseline: nil)
    #expect(checks.map(\.verdict) == [.pass, .inconclusive])
    #expect(checks.map(\.kind) == [.recovery, .recovery])
    let shown = Judge.method(of: try probe(), in: series, window: window, baseline: nil)
    #expect(shown.map(\.verdict) == [.inconclusive, .inconclusive])
  }
}
