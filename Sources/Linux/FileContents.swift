internal import Glibc

/// Reading small files whole, with a limit.
public enum FileContents {
  /// The bytes of a file; more than `limit` of them are an error, since nothing may be unbounded.
  public static func bytes(of path: String, limit: Int) throws(SystemError) -> [UInt8] {
    // O_NONBLOCK, so that a FIFO in the place of the file can't hang us.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw SystemError("read \(path)") }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    while true {
      guard let count = append(from: descriptor, to: &bytes) else {
        throw SystemError("read \(path)")
      }
      if count == 0 { return bytes }
      if bytes.count > limit { throw SystemError("read \(path)", code: EFBIG) }
    }
  }

  /// Reads once and appends what came; 0 is the end of the file, nil an error.
  static func append(from descriptor: Int32, to bytes: inout [UInt8]) -> Int? {
    withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 16) { buffer in
      var count: Int
      repeat {
        count = read(descriptor, buffer.baseAddress, buffer.count)
      } while count < 0 && errno == EINTR
      guard count >= 0 else { return nil }
      bytes.append(contentsOf: buffer[0..<count])
      return count
    }
  }
}
