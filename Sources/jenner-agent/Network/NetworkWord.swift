internal import Agent
internal import FoundationEssentials
internal import Model

/// What an agent says to the holder of its rules, a line of JSON.
enum NetworkWord: Codable, Equatable {
  /// Puts rules in force; once.
  case hold(NetworkOrder)
  /// Another step's fault is in force until a time since boot, or no longer.
  case gate(step: Int, until: Int64?)

  /// The longest line: the address sets of a rule may be long, and a socket takes as much at once.
  static let lineLimit = 160 * 1_024

  /// Reads a line; nil if it is none of these.
  init?(line: [UInt8]) {
    guard let word = try? JSONDecoder().decode(NetworkWord.self, from: Data(line)) else {
      return nil
    }
    self = word
  }

  /// The line, without its end; nil if it would be too long.
  var line: String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    guard let data = try? encoder.encode(self), data.count <= Self.lineLimit else { return nil }
    return String(decoding: data, as: UTF8.self)
  }
}
