import FoundationEssentials
import Testing

@testable import Model

@Suite struct SeriesTests {
  @Test func reasonsAreSharedAndLimited() {
    var series = Series(probe: "p")
    for number in 0..<200 {
      series.append(.failure("reason \(number % 100)"), scheduled: Double(number))
    }
    #expect(series.samples.count == 200)
    #expect(series.reasons.count == Series.reasonLimit + 1)
    #expect(series.reasons.last == "other reasons")
    #expect(series.samples.allSatisfy { series.reasons.indices.contains($0.reason ?? -1) })
  }

  @Test func aRecordOfAProbeReadsBack() throws {
    var series = Series(probe: "p")
    series.append(
      Observation(
        outcome: .success, value: 3, latency: 0.25, timings: ["connect": 0.5, "tls": 0.25]),
      scheduled: 1)
    series.append(
      Observation(outcome: .failure, reason: "refused", latency: 0.5, timings: ["connect": 0.5]),
      scheduled: 2)
    series.appendMissed(scheduled: 3, reason: "late")
    let record = ProbeRecord(name: "p", kind: "http", everySeconds: 1, series: series)
    let data = try JSONEncoder().encode(record)
    let back = try JSONDecoder().decode(ProbeRecord.self, from: data)
    #expect(back.series.reasons == ["refused", "late"])
    #expect(back.series.timingNames == ["connect", "tls"])
    #expect(back.series.samples.map(\.outcome) == [.success, .failure, .missed])
    #expect(back.series.samples[0] == series.samples[0])
    #expect(back.series.samples[1].timings[0] == 0.5)
    #expect(back.series.samples[1].timings[1].isNaN)
  }

  @Test func aRecordThatNamesAnUnknownReasonIsRefused() {
    let text = """
      {"name":"p","kind":"tcp","every_seconds":1,"columns":["scheduled_seconds","outcome",\
      "latency_seconds","value","reason"],"reasons":[],"samples":[[0,"failure",1,null,4]]}
      """
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(ProbeRecord.self, from: Data(text.utf8))
    }
  }

  /// A first observation that reached little must not hide the parts that later ones have.
  @Test func timingsThatAppearLater() {
    var series = Series(probe: "checkout")
    series.append(.failure("connection refused"), scheduled: 0)
    series.append(Observation(outcome: .failure, timings: ["connect": 1]), scheduled: 1)
    series.append(
      Observation(outcome: .success, timings: ["first_byte": 3, "connect": 2]), scheduled: 2)
    series.append(Observation(outcome: .success, timings: ["first_byte": 4]), scheduled: 3)
    #expect(series.timingNames == ["connect", "first_byte"])
    let timings = series.samples.map { $0.timings.map { $0.isNaN ? -1 : $0 } }
    #expect(timings == [[], [1, -1], [2, 3], [-1, 4]])
  }
}
