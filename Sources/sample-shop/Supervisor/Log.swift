import Glibc

/// The shop's two voices: its address on standard output, everything else on standard error.
enum Log {
  /// Says the one line that a script waits for.
  static func announce(_ line: String) {
    print(line)
    // Standard output is buffered when it is a file or a pipe.
    fflush(nil)
  }

  /// Says what happened.
  static func write(_ line: String) {
    let bytes = Array("sample-shop: \(line)\n".utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }
}
