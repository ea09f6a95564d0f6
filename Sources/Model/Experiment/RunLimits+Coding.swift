/// Plans and records show durations in seconds, as every other duration of theirs; Swift's own form
/// of `Duration` is a pair of integers that no reader can make out.
extension RunLimits {
  private enum CodingKeys: String, CodingKey {
    case targets
    case duration = "duration_seconds"
  }

  /// Reads the limits of a plan.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init()
    let seconds = try container.decode(Double.self, forKey: .duration)
    guard seconds >= 0, seconds <= Limits.duration.seconds else {
      throw DecodingError.dataCorruptedError(
        forKey: .duration, in: container, debugDescription: "no run may last so long")
    }
    duration = .seconds(seconds)
    targets = try container.decodeIfPresent(Int.self, forKey: .targets)
  }

  /// Writes the limits with their duration in seconds.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(duration.seconds, forKey: .duration)
    try container.encodeIfPresent(targets, forKey: .targets)
  }
}

extension Policy {
  /// Records are written in snake_case.
  enum CodingKeys: String, CodingKey {
    case requireUndo = "require_undo"
    case allowProtected = "allow_protected"
  }
}
