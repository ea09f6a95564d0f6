internal import FoundationEssentials
internal import Model

/// One line of a ledger: `version sequence checksum entry`, the entry being JSON.
///
/// The checksum is the first 16 hexadecimal digits of the SHA-256 of everything else in the line, so
/// that a line which was only partly written, or damaged later, is told from a whole one.
public enum LedgerLine {
  /// Raised with every change of the line's form.
  public static let version = 1

  /// The line of an entry, with its end.
  public static func text(of entry: LedgerEntry, sequence: Int) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let json = String(decoding: try encoder.encode(entry), as: UTF8.self)
    return "\(version) \(sequence) \(checksum(sequence, json)) \(json)\n"
  }

  /// The entry and the sequence number of a line without its end; nil if it is damaged.
  static func entry(of line: some Collection<UInt8>) -> (entry: LedgerEntry, sequence: Int)? {
    let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 3)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 4, parts[0] == String(version), let sequence = Int(parts[1]),
      parts[2] == checksum(sequence, parts[3]),
      let entry = try? JSONDecoder().decode(LedgerEntry.self, from: Data(parts[3].utf8))
    else { return nil }
    return (entry, sequence)
  }

  /// The version that the form of a line claims; nil if it claims none, or none newer than this one.
  static func newerVersion(of line: some Collection<UInt8>) -> Int? {
    let claimed = Int(String(decoding: line.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self))
    return claimed.flatMap { $0 > version ? $0 : nil }
  }

  /// Whether a line begins as one of this version does, whatever follows.
  static func isBegun(_ line: some Collection<UInt8>) -> Bool {
    let parts = line.prefix(40).split(
      separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count == 3 && parts[0].elementsEqual(String(version).utf8)
      && Int(String(decoding: parts[1], as: UTF8.self)) != nil
  }

  private static func checksum(_ sequence: Int, _ json: String) -> String {
    String(Digest(of: "\(version) \(sequence) \(json)").hexadecimal.prefix(16))
  }
}
