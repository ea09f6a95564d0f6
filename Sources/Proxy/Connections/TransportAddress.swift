internal import CLinux
internal import Glibc
internal import Linux
internal import Model

/// An address as the kernel knows it, to be compared and connected to.
struct TransportAddress: Hashable {
  private(set) var raw: jenner_address

  init(_ raw: jenner_address) {
    self.raw = raw
  }

  /// Reads a numeric address.
  init(_ address: SocketAddress) throws(ProxyProblem) {
    raw = jenner_address()
    guard jenner_address_parse(address.host, address.port, &raw) == 0 else {
      throw .notNumeric(address)
    }
  }

  /// The address of our end of a socket.
  init?(of descriptor: Int32) {
    raw = jenner_address()
    guard jenner_local_address(descriptor, &raw) == 0 else { return nil }
  }

  /// Where a connection was going before it was redirected; nil where that is not known.
  init?(originalOf descriptor: Int32) {
    raw = jenner_address()
    guard jenner_original_destination(descriptor, &raw) == 0 else { return nil }
  }

  /// The address in digits.
  var numeric: SocketAddress {
    var text = [CChar](repeating: 0, count: 64)
    _ = withUnsafePointer(to: raw) { jenner_address_text($0, &text, Int32(text.count)) }
    let end = text.firstIndex(of: 0) ?? text.endIndex
    let host = String(decoding: text[..<end].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return SocketAddress(host: host, port: raw.port)
  }

  private var words: (UInt64, UInt64) {
    withUnsafeBytes(of: raw.bytes) {
      ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
  }

  static func == (left: Self, right: Self) -> Bool {
    left.words == right.words && left.raw.port == right.raw.port
      && left.raw.family == right.raw.family
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(raw.port)
    hasher.combine(raw.family)
  }
}
