/// How sure a judgement by intervals is.
///
/// Every bound is one-sided. A pass says that the bound on the tolerance's side lies inside, a fail
/// that the other lies outside; each of the two is wrong at most 5 times in 100.
///
/// A run passes only if all its checks pass (an intersection-union test), so a pass is never more
/// than 5 % wrong however many checks there are, and needs no correction. A run fails if any check
/// fails: with many checks whose system is exactly at its limit, some fail by chance. Such a system
/// is not inside its tolerance by any margin, so a fail points at a check, never at the run as a
/// whole, and its numbers stand beside it.
public enum Confidence {
  /// How often a one-sided bound may be on the wrong side of the truth.
  public static let error = 0.05

  /// The level in an author's words.
  static let shown = "95 %"
}

/// The ends of two one-sided intervals; nil where the samples bound nothing on that side.
public struct Bounds: Sendable, Hashable {
  public var lower: Double?
  public var upper: Double?

  /// Makes bounds.
  public init(lower: Double?, upper: Double?) {
    self.lower = lower
    self.upper = upper
  }
}
