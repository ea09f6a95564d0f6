/// A value that plans, records and messages show as one text, such as `10.0.0.2:53`.
public protocol WrittenAsText: Codable {
  /// What it is, for the error of a text that is none, such as `an IP address`.
  static var noun: String { get }
  /// The text, which reads back as the same value.
  var written: String { get }
  /// Reads the text; nil if it is none.
  init?(written text: String)
}

extension WrittenAsText {
  /// Reads the text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let value = Self(written: try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not \(Self.noun)")
    }
    self = value
  }

  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(written)
  }
}
