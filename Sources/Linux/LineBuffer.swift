/// Cuts a stream of bytes into lines, none longer than a limit.
public struct LineBuffer: Sendable {
  private var bytes: [UInt8] = []
  /// Where the search for the next end of line goes on.
  private var searched = 0
  private let limit: Int

  /// Makes a buffer; a line of more than `limit` bytes is an error.
  public init(limit: Int) {
    self.limit = limit
  }

  /// Whether the line that is being received is longer than allowed; nothing can follow it.
  public private(set) var isOverlong = false

  /// Adds bytes and takes the lines that they complete, without their ends.
  public mutating func append(_ more: some Collection<UInt8>) -> [[UInt8]] {
    bytes.append(contentsOf: more)
    var lines: [[UInt8]] = []
    var start = 0
    while let end = bytes[max(start, searched)...].firstIndex(of: UInt8(ascii: "\n")) {
      if end - start > limit { break }
      lines.append(Array(bytes[start..<end]))
      start = end + 1
      searched = start
    }
    bytes.removeFirst(start)
    searched = bytes.count
    if bytes.count > limit { isOverlong = true }
    return lines
  }
}
