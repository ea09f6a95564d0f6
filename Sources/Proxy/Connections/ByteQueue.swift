/// Bytes that a peer has not taken yet.
///
/// Each piece is a write of its own, since a toxic may want small ones.
struct ByteQueue {
  private var pieces: [ArraySlice<UInt8>] = []
  private var head = 0
  private(set) var count = 0

  /// Whether everything was taken.
  var isEmpty: Bool { count == 0 }

  /// Adds bytes at the end.
  mutating func append(_ bytes: ArraySlice<UInt8>) {
    guard !bytes.isEmpty else { return }
    pieces.append(bytes)
    count += bytes.count
  }

  /// The piece that goes next.
  var first: ArraySlice<UInt8>? { head < pieces.count ? pieces[head] : nil }

  /// Removes bytes of the first piece that were taken.
  mutating func removeFirst(_ taken: Int) {
    count -= taken
    pieces[head] = pieces[head].dropFirst(taken)
    guard pieces[head].isEmpty else { return }
    head += 1
    if head == pieces.count {
      pieces = []
      head = 0
    } else if head >= 64, head * 2 >= pieces.count {
      pieces.removeFirst(head)
      head = 0
    }
  }

  /// Forgets everything.
  mutating func removeAll() {
    self = ByteQueue()
  }
}
