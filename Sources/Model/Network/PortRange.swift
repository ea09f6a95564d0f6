/// One port or several that follow each other: `5432`, `8000-8010`.
public struct PortRange: Sendable, Hashable, Comparable {
  public let first: UInt16
  public let last: UInt16

  /// The ports from one to another; nil if there are none.
  public init?(_ first: Int, _ last: Int) {
    guard (1...65535).contains(first), (first...65535).contains(last) else { return nil }
    self.first = UInt16(first)
    self.last = UInt16(last)
  }

  /// One port.
  public init(_ port: UInt16) {
    self.init(first: port, last: port)
  }

  /// The range as nft(8) writes it.
  public var text: String { first == last ? "\(first)" : "\(first)-\(last)" }

  /// Whether every port of another range is one of these.
  public func contains(_ other: PortRange) -> Bool { first <= other.first && other.last <= last }

  /// Whether some port is in both.
  public func overlaps(_ other: PortRange) -> Bool { first <= other.last && other.first <= last }

  /// As few ranges as hold the same ports, in order.
  public static func merged(_ ranges: [PortRange]) -> [PortRange] {
    var merged: [PortRange] = []
    for range in ranges.sorted() {
      if let previous = merged.last, Int(range.first) <= Int(previous.last) + 1,
        let joined = PortRange(Int(previous.first), Int(max(previous.last, range.last)))
      {
        merged[merged.count - 1] = joined
      } else {
        merged.append(range)
      }
    }
    return merged
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.first, left.last) < (right.first, right.last)
  }
}

extension PortRange: FieldValue {
  public static var schema: Schema {
    .any(of: [.integer(minimum: 1, maximum: 65535), .string(pattern: "^[0-9]+-[0-9]+$")])
  }
  public static var placeholder: PortRange { PortRange(first: 1, last: 1) }

  private init(first: UInt16, last: UInt16) {
    self.first = first
    self.last = last
  }

  public static func read(_ node: Node, in reading: inout Reading) -> PortRange? {
    let expected = "a port such as 5432, or a range such as 8000-8010"
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading, isText: false)
    else { return nil }
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map {
      Int($0.trimmed)
    }
    guard ends.count == 1 || ends.count == 2, let first = ends.first ?? nil,
      let last = ends.last ?? nil
    else {
      reading.note("'\(text.limited)' is not \(expected)", at: node.mark)
      return nil
    }
    for port in Set([first, last]).sorted() where !(1...65535).contains(port) {
      reading.note("\(port) is not a port", at: node.mark, cure: "ports run from 1 to 65535")
      return nil
    }
    guard let range = PortRange(first, last) else {
      reading.note(
        "the range \(text.limited) ends before it begins", at: node.mark,
        cure: "write \(last)-\(first)")
      return nil
    }
    return range
  }
}

extension PortRange: WrittenAsText {
  public static var noun: String { "a range of ports" }
  public var written: String { text }
  public init?(written text: String) {
    let ends = text.split(separator: "-").map { Int($0) }
    guard let first = ends.first ?? nil, let last = ends.last ?? nil else { return nil }
    self.init(first, last)
  }
}

extension Substring {
  /// The text without spaces at its ends.
  fileprivate var trimmed: Substring {
    var text = drop { $0 == " " }
    while text.last == " " { text.removeLast() }
    return text
  }
}
