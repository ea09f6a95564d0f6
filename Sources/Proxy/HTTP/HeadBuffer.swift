/// Bytes that wait for the end of a message's head, or until they may be read.
///
/// What was searched once is not searched again, so that bytes that come one by one cost no more
/// than those that come together.
struct HeadBuffer {
  private(set) var bytes: ArraySlice<UInt8> = []
  /// How many of them hold no end of a head.
  private var searched = 0

  /// Whether nothing waits.
  var isEmpty: Bool { bytes.isEmpty }
  var count: Int { bytes.count }

  /// Adds what came.
  mutating func append(_ more: ArraySlice<UInt8>) {
    if bytes.isEmpty { bytes = more } else { bytes += more }
  }

  /// Takes so many bytes from the front.
  mutating func removeFirst(_ count: Int) -> ArraySlice<UInt8> {
    let first = bytes.prefix(count)
    // What is left is a slice of storage that is shared until more is appended.
    bytes = bytes.dropFirst(count)
    searched = 0
    return first
  }

  /// Takes everything.
  mutating func removeAll() -> ArraySlice<UInt8> {
    removeFirst(bytes.count)
  }

  /// The length of the head with its empty line; nil if that has not come within the limit.
  mutating func lengthOfHead(atMost limit: Int) -> Int? {
    let head = bytes.prefix(limit)
    // An empty line that has come in part may begin two bytes before what is new.
    var start = head.startIndex + max(0, searched - 2)
    while let end = head[start...].firstIndex(of: UInt8(ascii: "\n")) {
      let next = head[(end + 1)...].prefix(2)
      if next.first == UInt8(ascii: "\n") { return end + 2 - head.startIndex }
      if next.elementsEqual("\r\n".utf8) { return end + 3 - head.startIndex }
      start = end + 1
    }
    searched = head.count
    return nil
  }
}
