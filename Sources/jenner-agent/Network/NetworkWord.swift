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

/// What a holder says of what it has seen itself, from time to time: a line of JSON.
struct NetworkNews: Codable {
  var statistics: NetworkStatistics

  init(_ statistics: NetworkStatistics) {
    self.statistics = statistics
  }

  /// Reads a line; nil if it is something else.
  init?(line: String) {
    guard line.hasPrefix("{"),
      let served = try? JSONDecoder().decode(NetworkNews.self, from: Data(line.utf8))
    else { return nil }
    self = served
  }

  /// The line, without its end.
  var line: String {
    (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
