extension IPAddress: CustomStringConvertible {
  /// Reads `10.0.0.2` or `2001:db8::2`: RFC 4291, 2.2.
  ///
  /// IPv4 is four decimal numbers without leading zeros, which some readers take for octal ones. There
  /// is no scope (`%eth0`) and no network length.
  public init?(text: some StringProtocol) {
    guard text.utf8.count <= 45 else { return nil }
    let bytes = text.contains(":") ? Self.bytesV6(text) : Self.bytesV4(text)
    guard let bytes, let address = IPAddress(bytes: bytes) else { return nil }
    self = address
  }

  /// The canonical text: RFC 5952 for IPv6.
  public var text: String {
    guard family == .v6 else { return bytes.map(String.init).joined(separator: ".") }
    let words = stride(from: 0, to: 16, by: 2).map {
      UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
    }
    guard let zeros = Self.longestZeros(in: words) else { return Self.joined(words[...]) }
    return Self.joined(words[..<zeros.lowerBound]) + "::" + Self.joined(words[zeros.upperBound...])
  }

  public var description: String { text }

  // MARK: Reading

  private static func bytesV4(_ text: some StringProtocol) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let byte = UInt8(part),
        part.count == 1 || part.first != "0"
      else { return nil }
      bytes.append(byte)
    }
    return bytes
  }

  private static func bytesV6(_ text: some StringProtocol) -> [UInt8]? {
    let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
    guard halves.count <= 2, let head = words(halves[0], isLast: halves.count == 1) else {
      return nil
    }
    guard halves.count == 2 else { return head.count == 16 ? head : nil }
    // `::` stands for at least one group of zeros.
    guard let tail = words(halves[1], isLast: true), head.count + tail.count <= 14 else {
      return nil
    }
    return head + Array(repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  /// The bytes of groups of four hexadecimal digits, of which the last may be an IPv4 address.
  private static func words(_ text: some StringProtocol, isLast: Bool) -> [UInt8]? {
    guard !text.isEmpty else { return [] }
    let groups = text.split(separator: ":", omittingEmptySubsequences: false)
    var bytes: [UInt8] = []
    for (index, group) in groups.enumerated() {
      if isLast, index == groups.count - 1, group.contains(".") {
        guard let end = bytesV4(group) else { return nil }
        bytes += end
        continue
      }
      guard (1...4).contains(group.utf8.count), group.utf8.allSatisfy({ $0.isHexadecimal }),
        let word = UInt16(group, radix: 16)
      else { return nil }
      bytes += [UInt8(word >> 8), UInt8(word & 0xFF)]
    }
    return bytes
  }

  // MARK: Writing

  private static func joined(_ words: ArraySlice<UInt16>) -> String {
    words.map { String($0, radix: 16) }.joined(separator: ":")
  }

  /// The first of the longest runs of two or more zeros.
  private static func longestZeros(in words: [UInt16]) -> Range<Int>? {
    var longest: Range<Int>?
    var start = 0
    for index in 0...words.count where index == words.count || words[index] != 0 {
      let run = start..<index
      if run.count > max(1, longest?.count ?? 0) { longest = run }
      start = index + 1
    }
    return longest
  }
}

extension UInt8 {
  fileprivate var isHexadecimal: Bool {
    switch self {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }
}
