internal import FoundationEssentials

extension JSON {
  /// The bytes of the value with sorted keys and no superfluous space.
  public var canonical: String { encoded([.sortedKeys, .withoutEscapingSlashes]) }

  /// The value with sorted keys and indentation, for people.
  public var pretty: String {
    encoded([.sortedKeys, .withoutEscapingSlashes, .prettyPrinted])
  }

  private func encoded(_ formatting: JSONEncoder.OutputFormatting) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    // Encoding a tree of JSON values fails only for numbers that are not finite, and those have no
    // JSON; they are written as text.
    guard let data = try? encoder.encode(self) else { return "\(self)" }
    return String(decoding: data, as: UTF8.self)
  }

  /// The SHA-256 of the canonical bytes.
  public var digest: String { Digest(of: canonical).hexadecimal }
}

extension JSON {
  /// Reads a JSON text; nil if it is none.
  public init?(text: String) {
    guard let value = try? JSONDecoder().decode(JSON.self, from: Data(text.utf8)) else {
      return nil
    }
    self = value
  }

  /// The members, if it is an object.
  public var members: [String: JSON]? {
    guard case .object(let members) = self else { return nil }
    return members
  }
}
