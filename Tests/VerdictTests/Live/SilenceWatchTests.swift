import Model
import Testing

@testable import Verdict

@Suite struct SilenceWatchTests {
  private func watch(every: Duration = .milliseconds(100)) -> SilenceWatch {
    SilenceWatch(probe: "checkout", every: every, patience: .seconds(3), since: 0)
  }

  @Test(arguments: [("100ms", 10.0), ("1s", 10), ("5s", 50)])
  func limit(every: String, seconds: Double) throws {
    let every = try #require(Duration(text: every))
    #expect(SilenceWatch.limit(every: every).seconds == seconds)
  }

  @Test(arguments: [Sample.Outcome.noData, .missed])
  func samplesWithoutDataAreSilence(outcome: Sample.Outcome) {
    var watch = watch()
    for index in 0..<100 {
      #expect(watch.add(Sample(scheduled: Double(index) / 10, outcome: outcome)) == nil)
    }
    #expect(
      watch.add(Sample(scheduled: 10, outcome: outcome)) == "no data of 'checkout' for 10s")
    // Once is enough.
    #expect(watch.add(Sample(scheduled: 11, outcome: outcome)) == nil)
  }

  @Test func failuresAreData() {
    var watch = watch()
    for index in 0..<500 {
      let outcome: Sample.Outcome = index % 90 == 0 ? .failure : .noData
      #expect(watch.add(Sample(scheduled: Double(index) / 10, outcome: outcome)) == nil)
    }
  }

  @Test func nothingAtAllIsSilenceOnceItCannotArriveAnyMore() {
    var watch = watch()
    #expect(watch.add(Sample(scheduled: 1, outcome: .success)) == nil)
    #expect(watch.advance(to: 13.9) == nil)
    #expect(watch.advance(to: 14) != nil)
    #expect(watch.advance(to: 15) == nil)
  }

  @Test func theProbesThatMatter() throws {
    let experiment = try Given.experiment(
      probes: [
        Given.probe("a", tolerance: ["success": ["min": "98%"]]), Given.probe("b"),
        Given.probe("c"),
      ], stops: [["probe": "c", "success": ["below": "50%"]]])
    #expect(SilenceWatch.probes(of: experiment).map(\.name.text) == ["a", "c"])
    var watch = SilenceWatch(experiment.hypothesis.probes[0], since: 100)
    #expect(watch.advance(to: 112.9) == nil)
    #expect(watch.advance(to: 113) != nil)
  }
}
