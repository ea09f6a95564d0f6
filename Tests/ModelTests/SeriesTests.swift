import Testing

@testable import Model

@Suite struct SeriesTests {
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
