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

  /// Takes an address and a port.
  init(_ endpoint: IPEndpoint) {
    raw = jenner_address(endpoint)
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

  /// The same as text has it; nil only of a family that is none.
  var endpoint: IPEndpoint? {
    let bytes = withUnsafeBytes(of: raw.bytes) { Array($0.prefix(raw.family == 4 ? 4 : 16)) }
    return IPAddress(bytes: bytes).map { IPEndpoint($0, port: raw.port) }
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
