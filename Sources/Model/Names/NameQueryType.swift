/// What is asked about a name, such as `A` or `AAAA`; numbers as the IANA registry has them.
public struct NameQueryType: Sendable, Hashable {
  public let number: UInt16

  /// Makes a type of its number.
  public init(number: UInt16) { self.number = number }

  public static let a = NameQueryType(number: 1)
  public static let aaaa = NameQueryType(number: 28)
  /// Service bindings, which hold hints of addresses: RFC 9460.
  public static let svcb = NameQueryType(number: 64)
  /// Service bindings of web servers: RFC 9460.
  public static let https = NameQueryType(number: 65)
  /// A part of a zone, which is many messages: RFC 1995.
  public static let ixfr = NameQueryType(number: 251)
  /// A whole zone, which is many messages: RFC 5936.
  public static let axfr = NameQueryType(number: 252)
  /// Whatever there is.
  public static let any = NameQueryType(number: 255)

  private static let names: [String: UInt16] = [
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33,
    "NAPTR": 35, "DS": 43, "RRSIG": 46, "DNSKEY": 48, "TLSA": 52, "SVCB": 64, "HTTPS": 65,
    "IXFR": 251, "AXFR": 252, "ANY": 255, "CAA": 257,
  ]

  /// Reads `AAAA`, `aaaa` or, as RFC 3597 has it, `TYPE28`.
  public init?(text: String) {
    let name = text.uppercased()
    if let number = Self.names[name] {
      self.number = number
    } else if name.hasPrefix("TYPE"), name.dropFirst(4).first?.isNumber == true,
      let number = UInt16(name.dropFirst(4))
    {
      self.number = number
    } else {
      return nil
    }
  }

  /// The name, or `TYPE` and the number.
  public var text: String {
    Self.names.first { $0.value == number }?.key ?? "TYPE\(number)"
  }
}

extension NameQueryType: FieldValue {
  public static var schema: Schema { .string() }
  public static var placeholder: NameQueryType { .a }

  public static func read(_ node: Node, in reading: inout Reading) -> NameQueryType? {
    guard let text = Scalar.text(of: node, expecting: "a type of query", in: &reading) else {
      return nil
    }
    guard let type = NameQueryType(text: text) else {
      reading.note(
        "'\(text.limited)' is no type of query", at: node.mark,
        cure: "write one such as A, AAAA, MX, or TYPE and its number")
      return nil
    }
    return type
  }
}

extension NameQueryType: WrittenAsText {
  public static var noun: String { "a type of query" }
  public var written: String { text }
  public init?(written text: String) { self.init(text: text) }
}
