import Model
import Testing

@testable import Verdict

@Suite struct MeanTests {
  /// scipy.stats.t.ppf(0.95, ν) 1.17.
  @Test(arguments: [
    (1.0, 6.313751514675037), (2, 2.9199855803537242), (4.5, 2.065575888878524),
    (9, 1.833112932656237), (30, 1.697260886593957), (99, 1.6603911560169906),
    (1000, 1.6463788172854643), (1e6, 1.6448551507220404),
  ])
  func student(freedom: Double, expected: Double) {
    let value = StudentT.quantile(0.95, freedom: freedom)
    #expect(abs(value - expected) < 1e-6, "\(value)")
  }

  @Test func ofNothing() {
    #expect(Mean(of: []) == nil)
  }

  @Test func fewValuesHaveAMeanButNoBounds() throws {
    let mean = try #require(Mean(of: [1, 2, 3]))
    #expect(mean.estimate == 2)
    #expect(mean.bounds == Bounds(lower: nil, upper: nil))
  }

  @Test func equalValuesAreTheirMean() throws {
    let mean = try #require(Mean(of: Array(repeating: 0.1, count: 1000)))
    #expect(mean.estimate == 0.1)
    #expect(mean.bounds == Bounds(lower: 0.1, upper: 0.1))
  }

  /// A value that only drifts is worth hardly more than one sample.
  @Test func aRampShowsLittle() throws {
    let mean = try #require(Mean(of: (0..<200).map(Double.init)))
    #expect(mean.effectiveSamples < 10)
    let upper = mean.bounds.upper ?? .infinity
    #expect(upper > 120)
  }

  /// Independent samples, and neighbours that are alike by half: the bounds of a mean of zero.
  @Test(arguments: [(0.0, 0.085), (0.5, 0.1), (0.8, 0.13)])
  func coverage(likeness: Double, atMost: Double) throws {
    let seed: UInt64 = 4_711
    var generator = SplitMix(seed: seed)
    let rounds = 400
    var wrong = 0
    for _ in 0..<rounds {
      var state = generator.normal() / (1 - likeness * likeness).squareRoot()
      let values = (0..<200).map { _ in
        state = likeness * state + generator.normal()
        return state
      }
      let bounds = try #require(Mean(of: values)).bounds
      if try #require(bounds.lower) > 0 { wrong += 1 }
    }
    #expect(Double(wrong) / Double(rounds) <= atMost, "seed \(seed)")
    #expect(wrong > 4, "bounds that are never wrong are too wide; seed \(seed)")
  }
}
