/// An address of the Internet Protocol, version 4 or 6.
public struct IPAddress: Sendable, Hashable, Comparable {
  /// The version of the protocol.
  public enum Family: String, Sendable, Codable, CaseIterable {
    case ipv4
    case ipv6

    /// How many bits an address has.
    public var bits: Int { self == .ipv4 ? 32 : 128 }
  }

  /// In network order: four or sixteen.
  public let bytes: [UInt8]

  /// The version, by the length.
  public var family: Family { bytes.count == 4 ? .ipv4 : .ipv6 }

  /// Makes an address; nil unless there are four or sixteen bytes.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// Reads `10.0.0.2`, or `2001:db8::1` as in RFC 4291; zones are not part of an address.
  public init?(_ text: some StringProtocol) {
    guard text.utf8.count <= 45 else { return nil }
    let bytes = text.contains(":") ? Self.longBytes(String(text)) : Self.shortBytes(text)
    guard let bytes else { return nil }
    self.bytes = bytes
  }

  private static func shortBytes(_ text: some StringProtocol) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    let bytes = parts.compactMap { part -> UInt8? in
      // A leading zero means octal to some readers.
      guard part.allSatisfy(\.isASCII), part == "0" || !part.hasPrefix("0"),
        part.first.map({ $0.isNumber }) ?? false
      else { return nil }
      return UInt8(part)
    }
    return bytes.count == 4 ? bytes : nil
  }

  private static func longBytes(_ text: String) -> [UInt8]? {
    let halves = text.split(separator: "::", omittingEmptySubsequences: false).map(String.init)
    guard halves.count <= 2 else { return nil }
    let groups = halves.map(Self.groups)
    guard let first = groups.first ?? nil, let last = groups.last ?? nil else { return nil }
    if halves.count == 1 { return first.count == 16 ? first : nil }
    let zeros = 16 - first.count - last.count
    guard zeros >= 2 else { return nil }
    return first + [UInt8](repeating: 0, count: zeros) + last
  }

  /// The bytes of groups between colons, of which the last may be written as an IPv4 address.
  private static func groups(_ text: String) -> [UInt8]? {
    guard !text.isEmpty else { return [] }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      if part.contains("."), index == parts.count - 1, let short = shortBytes(part) {
        bytes += short
      } else {
        guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit),
          let group = UInt16(part, radix: 16)
        else { return nil }
        bytes += [UInt8(group >> 8), UInt8(group & 0xff)]
      }
    }
    return bytes.count <= 16 ? bytes : nil
  }

  /// The address as RFC 5952 writes it.
  public var text: String {
    guard family == .ipv6 else { return bytes.map(String.init).joined(separator: ".") }
    let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
    guard let zeros = Self.longestRunOfZeros(groups) else {
      return groups.map { String($0, radix: 16) }.joined(separator: ":")
    }
    let before = groups[..<zeros.lowerBound].map { String($0, radix: 16) }
    let after = groups[zeros.upperBound...].map { String($0, radix: 16) }
    return before.joined(separator: ":") + "::" + after.joined(separator: ":")
  }

  private static func longestRunOfZeros(_ groups: [UInt16]) -> Range<Int>? {
    var longest: Range<Int>?
    var start = 0
    while start < groups.count {
      let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
      if end - start > max(1, longest?.count ?? 0) { longest = start..<end }
      start = max(end, start) + 1
    }
    return longest
  }

  /// Whether it names this very machine whatever its network: 127.0.0.0/8 or ::1.
  public var isLoopback: Bool {
    family == .ipv4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
  }

  public static func < (left: Self, right: Self) -> Bool {
    left.bytes.count == right.bytes.count
      ? left.bytes.lexicographicallyPrecedes(right.bytes) : left.bytes.count < right.bytes.count
  }
}

extension IPAddress: Codable {
  /// Reads an address from its text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let address = IPAddress(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an address")
    }
    self = address
  }

  /// Writes the address as text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
