/// Replaces the values of secrets by their names in text that comes from outside, even if what was
/// asked echoes them.
///
/// Replaced is the value itself, each line of it, and both as they stand in a JSON string; and the
/// start of any of these where a text was cut with `…`. A value in another encoding, such as Base64,
/// is not recognised.
public struct Redaction: Sendable, Hashable {
  /// What is looked for, as UTF-8: characters would hide a value before a combining mark.
  private struct Replacement: Hashable {
    var value: [UInt8]
    var name: String

    var substitute: [UInt8] { Array("${\(name)}".utf8) }
  }

  private let replacements: [Replacement]

  /// The shortest part of a value that is looked for; a shorter one is in every text.
  private static let shortestPart = 4
  private static let cut = Array("…".utf8)

  /// Makes a redaction of secrets by name; a value that is empty is ignored, and one that is short is
  /// replaced wherever it stands.
  public init(secrets: [String: String]) {
    var replacements: Set<Replacement> = []
    for (name, value) in secrets where !value.isEmpty {
      let lines = value.split(whereSeparator: \.isNewline).map(String.init)
        .filter { $0.utf8.count >= Self.shortestPart }
      for part in [value] + lines {
        replacements.insert(Replacement(value: Array(part.utf8), name: name))
        let quoted = JSON.string(part).canonical.dropFirst().dropLast()
        replacements.insert(Replacement(value: Array(quoted.utf8), name: name))
      }
    }
    // A value that contains another one has to go first, or its rest would stay.
    self.replacements = replacements.sorted {
      ($1.value.count, $0.name) < ($0.value.count, $1.name)
    }
  }

  /// The text without any secret's value.
  public func apply(to text: String) -> String {
    guard !replacements.isEmpty else { return text }
    var bytes = Array(text.utf8)
    for replacement in replacements {
      bytes = Self.replacing(replacement.value, in: bytes, with: replacement.substitute)
    }
    guard !bytes.split(separator: Self.cut, omittingEmptySubsequences: false).dropFirst().isEmpty
    else { return String(decoding: bytes, as: UTF8.self) }
    for replacement in replacements { bytes = Self.replacingCut(replacement, in: bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The observation without any secret's value.
  public func apply(to observation: Observation) -> Observation {
    guard let reason = observation.reason else { return observation }
    var observation = observation
    observation.reason = apply(to: reason)
    return observation
  }

  /// Replaces the starts of a value that stand before a cut, the longest first.
  private static func replacingCut(_ replacement: Replacement, in bytes: [UInt8]) -> [UInt8] {
    let longest = min(replacement.value.count - 1, Limits.excerptLength)
    guard longest >= shortestPart else { return bytes }
    return (shortestPart...longest).reversed().reduce(bytes) { bytes, count in
      replacing(
        replacement.value.prefix(count) + cut, in: bytes, with: replacement.substitute + cut)
    }
  }

  private static func replacing(
    _ value: some Collection<UInt8>, in bytes: [UInt8], with substitute: [UInt8]
  ) -> [UInt8] {
    let pieces = bytes.split(separator: value, omittingEmptySubsequences: false)
    return pieces.count == 1 ? bytes : Array(pieces.joined(separator: substitute))
  }
}
