/// A name of the domain name system: labels, compared without regard to case.
///
/// Labels hold any bytes (RFC 2181, 11); only the case of ASCII letters is folded (RFC 4343).
public struct DomainName: Sendable, Hashable {
  /// The most bytes of one label: RFC 1035, 2.3.4.
  public static let labelLimit = 63
  /// The most bytes of a name on the wire, lengths and root included: RFC 1035, 2.3.4.
  public static let sizeLimit = 255

  /// The labels from the host to the root, which has none, with small letters.
  public let labels: [[UInt8]]

  /// Makes a name; nil if a label is empty or too long, or the name is.
  public init?(labels: [[UInt8]]) {
    guard labels.allSatisfy({ (1...Self.labelLimit).contains($0.count) }),
      labels.reduce(1, { $0 + $1.count + 1 }) <= Self.sizeLimit
    else { return nil }
    self.labels = labels.map { $0.map(\.foldedASCII) }
  }

  private init(known labels: [[UInt8]]) { self.labels = labels }

  /// The name of everything: no label.
  public static let root = DomainName(known: [])

  /// Whether it is below another name, at any depth; no name is below itself.
  public func isBelow(_ other: DomainName) -> Bool {
    labels.count > other.labels.count && labels.suffix(other.labels.count) == other.labels[...]
  }

  /// The name without the dot at its end; what is no plain character is `\.`, `\\` or `\DDD`.
  ///
  /// That is the form of master files: RFC 1035, 5.1.
  public var text: String {
    labels.isEmpty ? "." : labels.map(Self.text).joined(separator: ".")
  }

  private static func text(of label: [UInt8]) -> String {
    var text = ""
    for byte in label {
      switch byte {
      case UInt8(ascii: "."), UInt8(ascii: "\\"): text += "\\\(Character(UnicodeScalar(byte)))"
      case 0x21...0x7E: text.append(Character(UnicodeScalar(byte)))
      default: text += "\\\(byte / 100)\(byte / 10 % 10)\(byte % 10)"
      }
    }
    return text
  }
}

extension UInt8 {
  fileprivate var foldedASCII: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
