/// Who is at the other end, as an author names them: an address, a range of them, or a host's name.
public enum Peer: FieldValue, Hashable {
  case addresses(AddressRange)
  /// Looked up once, on the host whose traffic is meant, and pinned in the plan.
  case name(String)

  public static var schema: Schema { .string() }
  public static var placeholder: Peer { .name("localhost") }

  public static func read(_ node: Node, in reading: inout Reading) -> Peer? {
    let expected = "an address such as 10.0.0.2, a range such as 10.0.0.0/8, or a host's name"
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading) else { return nil }
    if let peer = Peer(text) { return peer }
    let mistake =
      text.contains("/")
      ? "the prefix of a range is at most 32 bits long, or 128 for IPv6" : nil
    reading.note("'\(text.limited)' is not \(expected)", at: node.mark, cure: mistake)
    return nil
  }

  /// Reads a peer; nil if the text can be none.
  public init?(_ text: String) {
    if let range = AddressRange(text) {
      self = .addresses(range)
    } else if Self.isName(text) {
      self = .name(text)
    } else {
      return nil
    }
  }

  /// Whether a text can be a host's name: RFC 1123, and the underscores that some networks use.
  private static func isName(_ text: String) -> Bool {
    let labels = text.split(separator: ".", omittingEmptySubsequences: false)
    guard text.utf8.count <= 253, !text.utf8.isEmpty else { return false }
    // What looks like an address and is none, such as 10.0.0.256, is a mistake and not a name.
    guard !labels.allSatisfy({ $0.allSatisfy(\.isNumber) }) else { return false }
    return labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
        && label.utf8.allSatisfy { byte in
          byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || isLetterOrDigit(byte)
        }
    }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  /// Its addresses; nil for a name.
  var range: AddressRange? {
    if case .addresses(let range) = self { return range }
    return nil
  }

  /// The peer in the author's spelling.
  public var text: String {
    switch self {
    case .addresses(let range): range.text
    case .name(let name): name
    }
  }
}
