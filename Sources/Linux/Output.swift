internal import CLinux
internal import Glibc
internal import Model

/// What a process writes into a pipe, of which a limited part is kept.
struct Output {
  private(set) var bytes: [UInt8] = []
  private let limit: Int

  init(limit: Int) {
    self.limit = limit
  }

  /// Reads what is there without waiting; false at the end of the file or an error.
  ///
  /// What is above the limit is read and thrown away, so that the writer is not held up.
  mutating func drain(_ descriptor: Int32) -> Bool {
    while true {
      guard let count = FileContents.append(from: descriptor, to: &bytes) else {
        return errno == EAGAIN
      }
      if bytes.count > limit { bytes.removeSubrange(limit...) }
      if count == 0 { return false }
    }
  }

  /// What was kept, as UTF-8 with replacement.
  var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// A pipe whose ends close with an exec, ours being non-blocking.
struct Pipe {
  var reader: Int32
  var writer: Int32

  init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    guard jenner_pipe(&ends) == 0 else { throw SystemError("make a pipe") }
    reader = ends[0]
    writer = ends[1]
  }

  /// Lets reads and writes return instead of waiting.
  static func makeNonBlocking(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
  }
}
