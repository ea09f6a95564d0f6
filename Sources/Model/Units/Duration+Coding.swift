/// Plans, records and messages show durations in seconds; Swift's own form of one is a pair of numbers.
extension KeyedEncodingContainer {
  /// Writes a duration in seconds.
  mutating func encode(seconds duration: Duration, forKey key: Key) throws {
    try encode(duration.seconds, forKey: key)
  }
}

extension KeyedDecodingContainer {
  /// Reads a duration that is written in seconds; nil without it.
  ///
  /// It is no longer than `Limits.duration`, and exact to the nanosecond.
  func decodeSeconds(forKey key: Key) throws -> Duration? {
    guard let seconds = try decodeIfPresent(Double.self, forKey: key) else { return nil }
    guard seconds >= 0, seconds <= Limits.duration.seconds else {
      throw DecodingError.dataCorruptedError(
        forKey: key, in: self, debugDescription: "\(seconds) seconds is out of range")
    }
    return .nanoseconds(Int64((seconds * 1e9).rounded()))
  }
}
