/// A number of bytes, written as `64KiB`, `1MB` or `1500B`.
public struct DataSize: FieldValue, Hashable, Codable {
  public let bytes: Int

  /// Makes a size.
  public init(bytes: Int) {
    self.bytes = bytes
  }

  private static let units: [(name: String, factor: Int)] = [
    ("B", 1), ("kB", 1_000), ("KB", 1_000), ("KiB", 1 << 10), ("MB", 1_000_000), ("MiB", 1 << 20),
    ("GB", 1_000_000_000), ("GiB", 1 << 30),
  ]

  /// Reads `64KiB`; nil if it is no size.
  public init?(text: String) {
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let name = text.dropFirst(digits.count).drop { $0 == " " }
    guard let unit = Self.units.first(where: { $0.name == name }), let value = Double(digits),
      value * Double(unit.factor) < 9e15
    else { return nil }
    bytes = Int((value * Double(unit.factor)).rounded())
  }

  /// The size in an author's spelling.
  public var text: String {
    let unit = Self.units.last { bytes % $0.factor == 0 && bytes >= $0.factor } ?? Self.units[0]
    return "\(bytes / unit.factor)\(unit.name)"
  }

  public static var schema: Schema { .string(pattern: "^[0-9.]+ ?([kKMG]i?)?B$") }
  public static var placeholder: DataSize { DataSize(bytes: 1) }

  public static func read(_ node: Node, in reading: inout Reading) -> DataSize? {
    let expected = "a size such as 64KiB, 1MB or 1500B"
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading, isText: false)
    else { return nil }
    if let size = DataSize(text: text) { return size }
    reading.note(
      "'\(text.limited)' is not \(expected)", at: node.mark,
      cure: Int(text) != nil ? "add the unit: '\(text)B'" : nil)
    return nil
  }
}
