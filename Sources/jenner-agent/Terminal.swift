internal import FoundationEssentials
internal import Glibc
internal import Model

/// Text for whoever started this program by hand.
enum Terminal {
  enum Format {
    case text
    case json
  }

  /// Writes to standard output.
  static func show(_ text: String) {
    write(text, to: STDOUT_FILENO)
  }

  /// Writes to standard error.
  static func warn(_ text: String) {
    write(text, to: STDERR_FILENO)
  }

  /// Writes a value as JSON, for a person to read too.
  static func show(json value: some Encodable) {
    show(value, [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
  }

  /// Writes a value as one line of JSON.
  static func show(line value: some Encodable) {
    show(value, [.sortedKeys, .withoutEscapingSlashes])
  }

  private static func show(_ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = formatting
    guard let data = try? encoder.encode(value) else { return }
    show(String(decoding: data, as: UTF8.self) + "\n")
  }

  private static func write(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      bytes.removeFirst(count)
    }
  }
}
