internal import Glibc

/// What ordered samples say of a quantile behind them, whatever their distribution.
///
/// The estimate is the inverse of the empirical distribution function (type 1 of Hyndman and Fan,
/// 1996): the least sample that at least the share `quantile` of all samples do not exceed. It is
/// always one of the samples. The bounds are order statistics too, chosen by the binomial
/// distribution (David and Nagaraja, Order Statistics, 7.1), and so hold for any distribution; they
/// take samples for independent.
public enum Quantile {
  /// The rank of the estimate, counted from one; nil without samples.
  public static func rank(of quantile: Double, in samples: Int) -> Int? {
    guard samples > 0 else { return nil }
    // A product such as 0.95 * 100 may come out a bit above 95.
    let exact = quantile * Double(samples)
    return min(samples, max(1, Int((exact * (1 - 1e-12)).rounded(.up))))
  }

  /// The rank, counted from one, of the greatest sample that is a lower bound; nil if none is.
  public static func lowerRank(of quantile: Double, in samples: Int) -> Int? {
    // The chance that fewer samples than a rank lie under the quantile grows with the rank.
    let beyond = firstRank(in: samples) {
      below($0, quantile, samples) > Confidence.error
    }
    return beyond > 1 ? beyond - 1 : nil
  }

  /// The rank, counted from one, of the least sample that is an upper bound; nil if none is.
  public static func upperRank(of quantile: Double, in samples: Int) -> Int? {
    let first = firstRank(in: samples) {
      below($0, quantile, samples) >= 1 - Confidence.error
    }
    return first <= samples ? first : nil
  }

  /// The fewest samples that bound a quantile from above.
  public static func samplesToShow(atMost quantile: Double) -> Int {
    max(1, Int((log(Confidence.error) / log(quantile)).rounded(.up)))
  }

  /// The fewest samples that bound a quantile from below.
  public static func samplesToShow(atLeast quantile: Double) -> Int {
    max(1, Int((log(Confidence.error) / log1p(-quantile)).rounded(.up)))
  }

  /// P(Binomial(samples, quantile) < rank).
  private static func below(_ rank: Int, _ quantile: Double, _ samples: Int) -> Double {
    IncompleteBeta.regularised(1 - quantile, Double(samples - rank + 1), Double(rank))
  }

  /// The first rank for which a monotonic predicate holds; one beyond the last if none does.
  private static func firstRank(in samples: Int, where holds: (Int) -> Bool) -> Int {
    var low = 1
    var high = samples + 1
    while low < high {
      let middle = low + (high - low) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
