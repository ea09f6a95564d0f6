/// What a series of values says of the mean behind it.
///
/// Values of a probe come in an order, and neighbours are alike; so the samples are worth fewer
/// independent ones, n / (1 + 2 Σ ρk), with the autocorrelations ρk summed by Geyer's initial
/// positive sequence (Statistical Science 7, 1992). The bounds are Student's with that number; they
/// are approximate, since they take the mean for normally distributed.
public struct Mean: Sendable, Hashable {
  /// The mean of the values.
  public var estimate: Double
  /// How many independent samples the values are worth.
  public var effectiveSamples: Double
  public var bounds: Bounds

  /// Fewer values say too little of their own spread for any bound.
  public static let leastSamples = 10

  /// The mean of values in the order of their time; nil without any.
  public init?(of values: [Double]) {
    guard !values.isEmpty else { return nil }
    let count = Double(values.count)
    // Around the first value, so that large values of small spread lose no digits.
    let origin = values[0]
    let average = origin + values.reduce(0) { $0 + ($1 - origin) } / count
    estimate = average
    let deviations = values.map { $0 - average }
    let squares = deviations.reduce(0) { $0 + $1 * $1 }
    effectiveSamples = Self.effectiveSamples(deviations, squares: squares)
    bounds = Bounds(lower: nil, upper: nil)
    guard values.count >= Self.leastSamples, effectiveSamples >= 2 else { return }
    let margin =
      StudentT.quantile(1 - Confidence.error, freedom: effectiveSamples - 1)
      * (squares / (count - 1) / effectiveSamples).squareRoot()
    bounds = Bounds(lower: average - margin, upper: average + margin)
  }

  /// The sums of neighbouring autocorrelations are positive in theory; the first that is not ends
  /// what the series can tell of them.
  private static func effectiveSamples(_ deviations: [Double], squares: Double) -> Double {
    let count = deviations.count
    // Rounding alone makes the deviations of equal values.
    guard count > 3, squares > 0 else { return Double(count) }
    // Half the series at most, and never more work than a judgement may take.
    let longest = min(count / 2, max(10, 50_000_000 / count))
    func correlation(_ lag: Int) -> Double {
      var sum = 0.0
      for index in 0..<(count - lag) { sum += deviations[index] * deviations[index + lag] }
      return sum / squares
    }
    var sum = 0.0
    var lag = 1
    while lag < longest {
      // Pairs begin with the correlation at lag zero, which is one.
      let pair = lag == 1 ? 1 + correlation(1) : correlation(lag - 1) + correlation(lag)
      if pair <= 0 { break }
      sum += pair
      lag += 2
    }
    let inefficiency = max(1, 2 * sum - 1)
    return Double(count) / inefficiency
  }
}

/// Student's t distribution.
enum StudentT {
  /// The quantile for a probability above one half and any positive number of degrees of freedom.
  static func quantile(_ probability: Double, freedom: Double) -> Double {
    // P(|T| > t) = I_x(ν/2, 1/2) with x = ν / (ν + t²).
    let x = IncompleteBeta.inverse(2 * (1 - probability), freedom / 2, 0.5)
    return (freedom * (1 - x) / x).squareRoot()
  }
}
