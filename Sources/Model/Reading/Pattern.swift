/// A regular expression, kept with its text.
///
/// The expression is compiled where it is used: Swift's `Regex` is not `Sendable`.
public struct Pattern: FieldValue, Hashable, Codable, CustomStringConvertible {
  public let text: String

  /// Makes a pattern; nil if it is no regular expression.
  public init?(_ text: String) {
    guard text.utf8.count <= 1_000, (try? Regex(text)) != nil else { return nil }
    self.text = text
  }

  private init(known text: String) {
    self.text = text
  }

  /// Whether the expression matches anywhere in `subject`.
  public func matches(_ subject: some StringProtocol) -> Bool {
    guard let regex = try? Regex(text) else { return false }
    return (try? regex.firstMatch(in: String(subject))) ?? nil != nil
  }

  public var description: String { text }

  public static var schema: Schema { .string(format: "regex") }
  public static var placeholder: Pattern { Pattern(known: ".") }

  public static func read(_ node: Node, in reading: inout Reading) -> Pattern? {
    let expected = "a regular expression"
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading) else { return nil }
    guard let pattern = Pattern(text) else {
      reading.note("'\(text.limited)' is not \(expected)", at: node.mark)
      return nil
    }
    return pattern
  }

  /// Reads the text of the expression.
  public init(from decoder: any Decoder) throws {
    text = try decoder.singleValueContainer().decode(String.self)
  }

  /// Writes the text of the expression.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
