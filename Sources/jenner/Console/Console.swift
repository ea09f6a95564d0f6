import Glibc
import Model

/// The terminal: results on standard output, everything else on standard error.
enum Console {
  /// Writes a result.
  static func output(_ text: String) { write(text, to: STDOUT_FILENO) }

  /// Writes progress, a question or an error.
  static func error(_ text: String) { write(text, to: STDERR_FILENO) }

  /// Whether a person reads standard output at a terminal.
  static var isOutputTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether a person can be asked: input and progress are at a terminal.
  static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// Whether standard output may carry colour: a terminal, and no wish to the contrary
  /// (https://no-color.org).
  static var usesColor: Bool { isOutputTerminal && !isColorUnwanted }

  /// The same for standard error.
  static var usesColorForErrors: Bool { isatty(STDERR_FILENO) == 1 && !isColorUnwanted }

  private static var isColorUnwanted: Bool {
    getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
  }

  /// Writes a yes-or-no question and stays on its line.
  static func ask(_ question: String) {
    write(question + " [y/N] ", to: STDERR_FILENO, isLine: false)
  }

  private static func write(_ text: String, to descriptor: Int32, isLine: Bool = true) {
    var bytes = Array(text.utf8)
    if isLine, bytes.last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      // A reader that has gone away is no reason to fail a run that must still be undone.
      guard count > 0 else { return }
      start += count
    }
  }
}
