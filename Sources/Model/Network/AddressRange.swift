/// The addresses that begin with the same bits: `10.0.0.0/8`, or one address alone.
public struct AddressRange: Sendable, Hashable, Comparable {
  /// The first of them.
  public let address: IPAddress
  /// How many bits all of them share.
  public let prefix: Int

  /// One address.
  public init(_ address: IPAddress) {
    self.address = address
    prefix = address.family.bits
  }

  /// Reads `10.0.0.0/8`, `2001:db8::/32` or one address; bits beyond the prefix are cleared.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let first = parts.first, let address = IPAddress(text: first), parts.count <= 2 else {
      return nil
    }
    guard parts.count == 2 else {
      self = Self.unmapped(address, address.family.bits) ?? AddressRange(address)
      return
    }
    guard parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), let prefix = Int(parts[1]),
      (0...address.family.bits).contains(prefix)
    else { return nil }
    self = Self.unmapped(address, prefix) ?? AddressRange(address, prefix: prefix)
  }

  /// The range of IPv4 that one of IPv4-mapped addresses stands for, which no packet has.
  private static func unmapped(_ address: IPAddress, _ prefix: Int) -> AddressRange? {
    prefix < 96 ? nil : address.mapped.map { AddressRange($0, prefix: prefix - 96) }
  }

  /// The addresses that share the first bits of one; a longer prefix than it has means it alone.
  public init(_ address: IPAddress, prefix: Int) {
    self.prefix = min(max(prefix, 0), address.family.bits)
    self.address = address.masked(to: self.prefix)
  }

  /// The range in the notation of RFC 4632.
  public var text: String {
    prefix == address.family.bits ? address.text : "\(address.text)/\(prefix)"
  }

  public var family: IPAddress.Family { address.family }

  /// Whether an address is one of them.
  public func contains(_ other: IPAddress) -> Bool {
    other.family == family && other.masked(to: prefix) == address
  }

  /// Whether every address of another range is one of these.
  public func contains(_ other: AddressRange) -> Bool {
    other.prefix >= prefix && contains(other.address)
  }

  /// Whether some address is in both.
  public func overlaps(_ other: AddressRange) -> Bool {
    contains(other) || other.contains(self)
  }

  /// Without those that another of the ranges contains, in order: what nft(8) wants of a set.
  public static func merged(_ ranges: [AddressRange]) -> [AddressRange] {
    let distinct = Set(ranges)
    return distinct.filter { range in
      !distinct.contains { $0 != range && $0.contains(range) }
    }.sorted()
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.address == right.address ? left.prefix < right.prefix : left.address < right.address
  }
}

extension IPAddress {
  /// The address with all bits beyond the first ones cleared.
  func masked(to prefix: Int) -> IPAddress {
    let masked = bytes.enumerated().map { index, byte in
      let kept = min(max(prefix - index * 8, 0), 8)
      return byte & UInt8(truncatingIfNeeded: 0xff00 >> kept)
    }
    return IPAddress(bytes: masked) ?? self
  }
}

extension AddressRange: WrittenAsText {
  public static var noun: String { "a range of addresses" }
  public var written: String { text }
  public init?(written text: String) { self.init(text) }
}
