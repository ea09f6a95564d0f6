internal import Model

/// Reads the parts of a message of the domain name system (RFC 1035, 4), never beyond its end.
///
/// Compression pointers (4.1.4) are recognised and never followed: a question, of which we need the
/// name, stands first, so that nothing is before it to point to; of a record only the end of its name
/// counts. No message can make this loop.
struct MessageReader {
  /// The size of the header: RFC 1035, 4.1.1.
  static let headerSize = 12

  let bytes: [UInt8]
  private(set) var position: Int

  init(_ bytes: [UInt8], at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  mutating func byte() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func number() -> UInt16? {
    guard let high = byte(), let low = byte() else { return nil }
    return UInt16(high) << 8 | UInt16(low)
  }

  mutating func skip(_ count: Int) -> Bool {
    guard count <= bytes.count - position else { return false }
    position += count
    return true
  }

  /// A name that is written out.
  mutating func name() -> DomainName? {
    var labels: [[UInt8]] = []
    var size = 1
    while let length = byte(), length <= DomainName.labelLimit {
      if length == 0 { return DomainName(labels: labels) }
      size += Int(length) + 1
      let start = position
      guard size <= DomainName.sizeLimit, skip(Int(length)) else { return nil }
      labels.append(Array(bytes[start..<position]))
    }
    return nil
  }

  /// Passes over a name, written out or compressed.
  mutating func skipName() -> Bool {
    let start = position
    while let length = byte() {
      switch length {
      case 0: return true
      case 1...63: guard skip(Int(length)) else { return false }
      // A pointer is the end of a name: two bytes of which the first has its two high bits set.
      case 0xC0...0xFF: return skip(1)
      default: return false
      }
      if position - start > DomainName.sizeLimit { return false }
    }
    return false
  }
}
