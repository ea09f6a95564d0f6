internal import Glibc

/// What a count of successes says of the share behind it.
///
/// Exact after Clopper and Pearson (Biometrika 26, 1934): never less sure than it says, whatever the
/// share. It takes samples for independent; where failures come in bursts that outlast the time
/// between two samples, it is narrower than it should be.
public enum Proportion {
  /// One-sided bounds of the share, given `successes` of `samples`.
  public static func bounds(successes: Int, of samples: Int) -> Bounds {
    guard samples > 0 else { return Bounds(lower: nil, upper: nil) }
    let good = Double(min(max(successes, 0), samples))
    let bad = Double(samples) - good
    let lower =
      good == 0 ? 0 : IncompleteBeta.inverse(Confidence.error, good, bad + 1)
    let upper =
      bad == 0 ? 1 : IncompleteBeta.inverse(1 - Confidence.error, good + 1, bad)
    return Bounds(lower: lower, upper: upper)
  }

  /// The samples that show a share of at least `share` if all of them are good; nil if no number can.
  public static func samplesToShow(atLeast share: Double) -> Int? {
    if share <= 0 { return 1 }
    guard share < 1 else { return nil }
    let samples = (log(Confidence.error) / log(share)).rounded(.up)
    return samples < 1e15 ? max(1, Int(samples)) : nil
  }

  /// The greatest share that so many samples can show, which they do if all of them are good.
  public static func shown(by samples: Int) -> Double {
    samples > 0 ? pow(Confidence.error, 1 / Double(samples)) : 0
  }
}
