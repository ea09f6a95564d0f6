import Glibc

/// The three descriptors that every program is given, unless its caller closed one.
enum StandardStreams {
  /// Opens /dev/null in the place of each that is closed.
  ///
  /// Otherwise the next file or socket would get its number, and progress would be written into it.
  static func fillGaps() {
    while true {
      let descriptor = open("/dev/null", O_RDWR)
      if (STDIN_FILENO...STDERR_FILENO).contains(descriptor) { continue }
      if descriptor >= 0 { close(descriptor) }
      return
    }
  }
}
