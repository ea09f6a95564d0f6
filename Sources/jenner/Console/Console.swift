import Glibc
import Linux
import Model

/// The terminal: results on standard output, everything else on standard error.
enum Console {
  /// Writes a result; fails where it can't be written, so that nobody takes a part of it, or nothing,
  /// for the whole.
  ///
  /// A reader that has gone away, as `head` does, has what it wanted.
  static func output(_ text: String) throws(Failure) {
    do throws(SystemError) {
      try TextOutput.write(line(text), to: STDOUT_FILENO)
    } catch {
      guard error.code != EPIPE else { return }
      throw .message(
        "the result could not be written to standard output: \(error.reason); write it where there is "
          + "room", .inconclusive)
    }
  }

  /// Writes progress, a question or an error; where that can't be read nothing else is worse for it.
  static func error(_ text: String) {
    try? TextOutput.write(line(text), to: STDERR_FILENO)
  }

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
    try? TextOutput.write(question + " [y/N] ", to: STDERR_FILENO)
  }

  private static func line(_ text: String) -> String { text.hasSuffix("\n") ? text : text + "\n" }
}
