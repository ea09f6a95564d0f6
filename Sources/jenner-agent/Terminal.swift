internal import FoundationEssentials
internal import Glibc
internal import Linux
internal import Model

/// Text for whoever started this program by hand.
enum Terminal {
  enum Format {
    case text
    case json
  }

  /// Writes a result to standard output.
  ///
  /// What can't be written nobody has heard of: that is told on standard error, and `inconclusive`. A
  /// reader that has gone away, as `head` does, has what it wanted.
  static func show(_ text: String) -> ExitStatus {
    do throws(SystemError) {
      try TextOutput.write(text, to: STDOUT_FILENO)
    } catch {
      guard error.code != EPIPE else { return .pass }
      warn("jenner-agent: the result could not be written to standard output: \(error.reason)\n")
      return .inconclusive
    }
    return .pass
  }

  /// Writes to standard error.
  static func warn(_ text: String) {
    try? TextOutput.write(text, to: STDERR_FILENO)
  }

  /// Writes a value as JSON, for a person to read too.
  static func show(json value: some Encodable) -> ExitStatus {
    show(value, [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
  }

  /// Writes a value as one line of JSON.
  static func show(line value: some Encodable) -> ExitStatus {
    show(value, [.sortedKeys, .withoutEscapingSlashes])
  }

  private static func show(
    _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
  ) -> ExitStatus {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    do {
      return show(String(decoding: try encoder.encode(value), as: UTF8.self) + "\n")
    } catch {
      warn("jenner-agent: the result has no JSON form: \(error)\n")
      return .inconclusive
    }
  }
}
