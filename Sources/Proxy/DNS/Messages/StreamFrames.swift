/// Cuts a stream into messages, each of which its size precedes: RFC 1035, 4.2.2.
struct StreamFrames {
  private var bytes: [UInt8] = []

  /// Where the next message ends; nil if it is not whole.
  private var end: Int? {
    guard bytes.count >= 2 else { return nil }
    let end = 2 + (Int(bytes[0]) << 8 | Int(bytes[1]))
    return end <= bytes.count ? end : nil
  }

  /// Whether a whole message is there.
  var hasMessage: Bool { end != nil }

  /// Adds what came.
  mutating func append(_ more: some Collection<UInt8>) {
    bytes.append(contentsOf: more)
  }

  /// Takes the next message if it is whole.
  mutating func next() -> [UInt8]? {
    guard let end else { return nil }
    let message = Array(bytes[2..<end])
    bytes.removeFirst(end)
    return message
  }

  /// A message as it goes into a stream; one that is too large for that can't come from anywhere.
  static func frame(_ message: [UInt8]) -> [UInt8] {
    UInt16(truncatingIfNeeded: message.count).networkBytes + message
  }
}

/// How a message travels.
enum Transport {
  case datagram
  case stream
}
