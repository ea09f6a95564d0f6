/// A share, written as `98%` or `99.5%`.
public struct Percentage: FieldValue, Hashable {
  /// The share, from 0 to 1.
  public let fraction: Double

  /// Makes a percentage from a share between 0 and 1.
  public init(fraction: Double) {
    self.fraction = fraction
  }

  /// Reads `98%`; nil if it is no percentage between 0 and 100.
  public init?(text: String) {
    guard text.hasSuffix("%"), let number = Double(text.dropLast()), (0...100).contains(number)
    else { return nil }
    fraction = number / 100
  }

  /// The percentage in an author's spelling.
  public var text: String { "\((fraction * 100).significant(6))%" }

  public static var schema: Schema { .string(pattern: #"^[0-9.]+%$"#) }
  public static var placeholder: Percentage { Percentage(fraction: 0.5) }

  public static func read(_ node: Node, in reading: inout Reading) -> Percentage? {
    let expected = "a percentage from 0% to 100%"
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading, isText: false)
    else { return nil }
    guard let value = Percentage(text: text) else {
      reading.note(
        "'\(text.limited)' is not \(expected)", at: node.mark,
        cure: Double(text) != nil ? "add the sign: '\(text)%'" : nil)
      return nil
    }
    return value
  }
}
