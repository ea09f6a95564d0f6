/// An IPv4 or IPv6 address without a scope.
///
/// An IPv4-mapped IPv6 address stays the IPv6 address that it is.
public struct IPAddress: Sendable, Hashable {
  /// The families of addresses.
  public enum Family: String, Sendable, Hashable, CaseIterable {
    case v4
    case v6
  }

  /// The bytes in network order: four or sixteen.
  public let bytes: [UInt8]

  /// Makes an address of four or sixteen bytes in network order; nil of any other number.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = Array(bytes)
  }

  private init(known bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The family, which the number of bytes decides.
  public var family: Family { bytes.count == 4 ? .v4 : .v6 }

  /// The address 127.0.0.1.
  public static let loopbackV4 = IPAddress(known: [127, 0, 0, 1])
  /// The address ::1.
  public static let loopbackV6 = IPAddress(known: Array(repeating: 0, count: 15) + [1])

  /// Every address of a family, as what a server listens on: `0.0.0.0` or `::`.
  public static func every(_ family: Family) -> IPAddress {
    IPAddress(known: Array(repeating: 0, count: family == .v4 ? 4 : 16))
  }

  /// Whether it stands for every address of its family.
  public var isEvery: Bool { bytes.allSatisfy { $0 == 0 } }

  /// The IPv4 address that an IPv4-mapped one stands for, nil of any other: RFC 4291, 2.5.5.2.
  ///
  /// Programs may see such an address; no packet has it.
  public var mapped: IPAddress? {
    let head = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
    return family == .v6 && bytes.starts(with: head)
      ? IPAddress(known: Array(bytes.suffix(4))) : nil
  }

  /// Whether it means something on one link only, so that it needs an interface: RFC 4291, 2.5.6.
  public var isLinkLocal: Bool {
    family == .v6 && bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80
  }
}

extension IPAddress: FieldValue {
  public static var schema: Schema { .string() }
  public static var placeholder: IPAddress { .loopbackV4 }

  public static func read(_ node: Node, in reading: inout Reading) -> IPAddress? {
    let expected = "an IPv4 or IPv6 address"
    guard let text = Scalar.text(of: node, expecting: expected, in: &reading, isText: false)
    else { return nil }
    guard let address = IPAddress(text: text) else {
      reading.note(
        "'\(text.limited)' is not \(expected)", at: node.mark,
        cure: "write one such as 10.0.0.2 or 2001:db8::2")
      return nil
    }
    return address
  }
}

extension IPAddress: WrittenAsText {
  public static var noun: String { "an IP address" }
  public var written: String { text }
  public init?(written text: String) { self.init(text: text) }
}
