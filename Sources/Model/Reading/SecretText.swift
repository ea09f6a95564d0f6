/// Text in which secrets may stand, by name, until the last moment.
///
/// Its description, its JSON and its digest show `${name}`; only `revealed(with:)` shows the value.
public struct SecretText: Sendable, Hashable, CustomStringConvertible {
  public let parts: [Scalar.Part]

  /// Makes a text from literal parts and names of secrets.
  public init(_ parts: [Scalar.Part]) {
    self.parts = parts
  }

  /// Makes a text without secrets.
  public init(_ text: String) {
    parts = [.text(text)]
  }

  /// The names of the secrets that stand in the text.
  public var secrets: [String] {
    parts.compactMap { part in
      guard case .secret(let name) = part else { return nil }
      return name
    }
  }

  /// The text with `${name}` for each secret.
  public var shown: String {
    parts.map { part in
      switch part {
      case .text(let text): text
      case .secret(let name): "${\(name)}"
      }
    }.joined()
  }

  /// The text with each secret's value; an unknown name gives nil.
  public func revealed(with values: [String: String]) -> String? {
    var all = ""
    for part in parts {
      switch part {
      case .text(let text): all += text
      case .secret(let name):
        guard let value = values[name] else { return nil }
        all += value
      }
    }
    return all
  }

  public var description: String { shown }
}

extension SecretText: FieldValue {
  public static let schema = Schema.string()
  public static let placeholder = SecretText("")

  public static func read(_ node: Node, in reading: inout Reading) -> SecretText? {
    guard case .scalar(let scalar) = node.content, !node.isNull else {
      reading.note("expected text, not \(node.kind)", at: node.mark, cure: node.bracesCure)
      return nil
    }
    return SecretText(scalar.parts)
  }
}

extension SecretText: Codable {
  /// Reads the parts; a message between runner and agent carries revealed text only.
  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the text as it may be shown.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(shown)
  }
}
