/// Records and messages show a percentage as a share from 0 to 1.
extension Percentage: Codable {
  /// Reads a share; one that is not from 0 to 1 is none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let fraction = try container.decode(Double.self)
    guard (0...1).contains(fraction) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "a share is from 0 to 1")
    }
    self.init(fraction: fraction)
  }

  /// Writes the share.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(fraction)
  }
}
