import Model
import Testing

@testable import Verdict

@Suite struct ProportionTests {
  /// Computed with scipy.stats.binomtest(k, n).proportion_ci(0.90, "exact") 1.17.
  @Test(arguments: [
    (0, 10, 0.0, 0.25886555089334723),
    (10, 10, 0.7411344491066528, 1.0),
    (5, 10, 0.22244110100812892, 0.777558898991871),
    (1, 100, 0.000512801416269692, 0.04655981145304511),
    (149, 149, 0.9800951837791728, 1.0),
    (148, 148, 0.9799620483107826, 1.0),
    (588, 600, 0.9677967821812493, 0.9884201482091947),
    (596, 600, 0.9848095604858572, 0.9977196941952661),
    (9990, 10000, 0.9983043685463545, 0.9994573624247667),
    (1, 1_000_000, 5.129327232772042e-08, 4.743855654346426e-06),
  ])
  func clopperPearson(successes: Int, samples: Int, lower: Double, upper: Double) throws {
    let bounds = Proportion.bounds(successes: successes, of: samples)
    let low = try #require(bounds.lower)
    let high = try #require(bounds.upper)
    #expect(abs(low - lower) <= 1e-6 * lower, "\(low)")
    #expect(abs(high - upper) <= 1e-6 * upper, "\(high)")
  }

  @Test func nothingBoundsNothing() {
    #expect(Proportion.bounds(successes: 0, of: 0) == Bounds(lower: nil, upper: nil))
  }

  /// The numbers that every table of zero-failure tests has.
  @Test(arguments: [(0.98, 149), (0.99, 299), (0.999, 2995), (0.9999, 29956), (0.5, 5)])
  func samplesToShow(share: Double, expected: Int) throws {
    #expect(Proportion.samplesToShow(atLeast: share) == expected)
    let enough = try #require(Proportion.bounds(successes: expected, of: expected).lower)
    let short = try #require(Proportion.bounds(successes: expected - 1, of: expected - 1).lower)
    #expect(enough >= share)
    #expect(short < share)
    #expect(abs(Proportion.shown(by: expected) - enough) < 1e-9)
  }

  @Test func noNumberShowsTheWhole() {
    #expect(Proportion.samplesToShow(atLeast: 1) == nil)
    #expect(Proportion.samplesToShow(atLeast: 0) == 1)
    #expect(Proportion.shown(by: 0) == 0)
  }

  /// Each bound is on the wrong side of the truth at most 5 times in 100, whatever the share.
  @Test(arguments: [(0.5, 40), (0.9, 60), (0.98, 300), (0.995, 200)])
  func coverage(share: Double, samples: Int) throws {
    let seed: UInt64 = 20_240_607
    var generator = SplitMix(seed: seed)
    let rounds = 2000
    var known: [Int: Bounds] = [:]
    var tooHigh = 0
    var tooLow = 0
    for _ in 0..<rounds {
      let successes = (0..<samples).count { _ in generator.fraction() < share }
      let bounds = known[successes] ?? Proportion.bounds(successes: successes, of: samples)
      known[successes] = bounds
      if try #require(bounds.lower) > share { tooHigh += 1 }
      if try #require(bounds.upper) < share { tooLow += 1 }
    }
    // 5 % of 2,000 are 100; three standard deviations more are 130.
    #expect(tooHigh <= 130, "seed \(seed)")
    #expect(tooLow <= 130, "seed \(seed)")
  }
}
