import Model
import Testing

@testable import Verdict

@Suite struct QuantileTests {
  /// The ranks by scipy.stats.binom.cdf 1.17; zero stands for none.
  @Test(arguments: [
    (10, 0.5, 2, 9), (20, 0.5, 6, 15), (58, 0.95, 52, 0), (59, 0.95, 53, 59),
    (100, 0.95, 91, 99), (600, 0.95, 561, 580), (1000, 0.99, 985, 996), (298, 0.99, 292, 0),
    (299, 0.99, 293, 299), (5, 0.1, 0, 3), (10_000, 0.999, 9985, 9996),
    (100_000, 0.95, 94_886, 95_114),
  ])
  func orderStatistics(samples: Int, quantile: Double, lower: Int, upper: Int) {
    #expect((Quantile.lowerRank(of: quantile, in: samples) ?? 0) == lower)
    #expect((Quantile.upperRank(of: quantile, in: samples) ?? 0) == upper)
  }

  @Test(arguments: [
    (0.95, 100, 95), (0.95, 101, 96), (0.5, 4, 2), (0.5, 5, 3), (0.99, 10, 10), (0.01, 10, 1),
    (0.07, 100, 7), (0.29, 100, 29), (0.999, 1000, 999),
  ])
  func estimateIsTheInverseOfTheEmpiricalDistribution(
    quantile: Double, samples: Int, rank: Int
  ) {
    #expect(Quantile.rank(of: quantile, in: samples) == rank)
  }

  @Test func nothingHasNoQuantile() {
    #expect(Quantile.rank(of: 0.5, in: 0) == nil)
    #expect(Quantile.lowerRank(of: 0.5, in: 0) == nil)
    #expect(Quantile.upperRank(of: 0.5, in: 0) == nil)
  }

  @Test(arguments: [(0.5, 5), (0.9, 29), (0.95, 59), (0.99, 299), (0.999, 2995)])
  func samplesToShow(quantile: Double, expected: Int) {
    #expect(Quantile.samplesToShow(atMost: quantile) == expected)
    #expect(Quantile.upperRank(of: quantile, in: expected) == expected)
    #expect(Quantile.upperRank(of: quantile, in: expected - 1) == nil)
    #expect(Quantile.samplesToShow(atLeast: 1 - quantile) == expected)
    #expect(Quantile.lowerRank(of: 1 - quantile, in: expected) == 1)
    #expect(Quantile.lowerRank(of: 1 - quantile, in: expected - 1) == nil)
  }

  /// For uniform samples the quantile is its own value.
  @Test(arguments: [(0.5, 50), (0.95, 200), (0.99, 400)])
  func coverage(quantile: Double, samples: Int) throws {
    let seed: UInt64 = 77
    var generator = SplitMix(seed: seed)
    let lower = try #require(Quantile.lowerRank(of: quantile, in: samples))
    let upper = try #require(Quantile.upperRank(of: quantile, in: samples))
    var tooHigh = 0
    var tooLow = 0
    for _ in 0..<2000 {
      let sorted = (0..<samples).map { _ in generator.fraction() }.sorted()
      if sorted[lower - 1] > quantile { tooHigh += 1 }
      if sorted[upper - 1] < quantile { tooLow += 1 }
    }
    #expect(tooHigh <= 130, "seed \(seed)")
    #expect(tooLow <= 130, "seed \(seed)")
  }
}
