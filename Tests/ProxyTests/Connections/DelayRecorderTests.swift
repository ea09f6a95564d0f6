import Model
import Testing

@testable import Proxy

@Suite struct DelayRecorderTests {
  @Test func nothingHasNoSummary() {
    #expect(DelayRecorder(seed: 1).summary == nil)
  }

  @Test func aFewAreExact() {
    var recorder = DelayRecorder(seed: 1)
    for delay in [30, 10, 20] { recorder.add(.milliseconds(delay)) }
    #expect(
      recorder.summary
        == DelaySummary(
          count: 3, least: .milliseconds(10), median: .milliseconds(20), most: .milliseconds(30)))
    recorder.add(.milliseconds(40))
    #expect(recorder.summary?.median == .milliseconds(25))
  }

  @Test func manyAreSampledFairlyFromFirstToLast() throws {
    var recorder = DelayRecorder(seed: 1)
    for delay in 1...100_000 { recorder.add(.microseconds(delay)) }
    let summary = try #require(recorder.summary)
    #expect(summary.count == 100_000)
    #expect(summary.least == .microseconds(1))
    #expect(summary.most == .microseconds(100_000))
    // The standard error of a median of 4,096 is 0.8 % of the range.
    #expect((45_000...55_000).contains(summary.median.nanoseconds / 1000))
  }
}
