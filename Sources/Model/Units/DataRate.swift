/// How much passes in a second, written as `10mbit`: the units of tc(8), which are decimal.
public struct DataRate: FieldValue, Hashable, Codable {
  public let bitsPerSecond: Int

  /// Makes a rate.
  public init(bitsPerSecond: Int) {
    self.bitsPerSecond = bitsPerSecond
  }

  /// The least rate first, so that the longest unit that divides is the last.
  private static let units = [
    ("bit", 1), ("kbit", 1_000), ("mbit", 1_000_000), ("gbit", 1_000_000_000),
  ]

  /// Reads `10mbit` or `10mbit/s`; nil if it is no rate above zero.
  public init?(text: String) {
    let name = text.lowercased()
    let plain = name.hasSuffix("/s") ? String(name.dropLast(2)) : name
    // The longest unit first: every one ends with `bit`.
    for (unit, factor) in Self.units.reversed() where plain.hasSuffix(unit) {
      let number = plain.dropLast(unit.utf8.count)
      guard let value = Double(number), value > 0, value * Double(factor) <= 1e12 else {
        return nil
      }
      bitsPerSecond = Int((value * Double(factor)).rounded())
      return
    }
    return nil
  }

  /// The rate in an author's spelling.
  public var text: String {
    let unit = Self.units.last { bitsPerSecond % $0.1 == 0 } ?? Self.units[0]
    return "\(bitsPerSecond / unit.1)\(unit.0)"
  }

  public static var schema: Schema { .string(pattern: "^[0-9.]+ ?[kmgKMG]?bit(/s)?$") }
  public static var placeholder: DataRate { DataRate(bitsPerSecond: 1_000_000) }

  public static func read(_ node: Node, in reading: inout Reading) -> DataRate? {
    let expected = "a rate such as 10mbit or 512kbit"
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading, isText: false)
    else { return nil }
    if let rate = DataRate(text: text.filter { $0 != " " }) { return rate }
    // To tc(8) `bps` are bytes, to most people bits.
    let isUnclear = text.lowercased().hasSuffix("bps")
    reading.note(
      "'\(text.limited)' is not \(expected)", at: node.mark,
      cure: isUnclear ? "some read 'bps' as bits, some as bytes: write kbit, mbit or gbit" : nil)
    return nil
  }
}
