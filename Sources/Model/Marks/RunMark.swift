/// The name of everything that a run makes outside of processes: nft tables, links, cgroups.
///
/// It is the same for all of a run, and short enough for a link, whose name has 15 characters at most;
/// so what a killed run left is found by name, with no ledger at all, and told from what a run that
/// lives is using. Processes carry the run's name in their environment instead.
public struct RunMark: Sendable, Hashable {
  /// `jenner` and the first 8 hexadecimal digits of the SHA-256 of the run's name.
  public let name: String

  private static let prefix = "jenner"
  private static let digits = 8

  /// The mark of a run.
  public init(ofRun run: String) {
    name = Self.prefix + Digest(of: run).hexadecimal.prefix(Self.digits)
  }

  /// The mark with which the name of an object begins; nil if it is none of ours.
  ///
  /// A name may go on behind its mark where a run makes several objects of a kind.
  public init?(beginning object: some StringProtocol) {
    let start = object.utf8.prefix(Self.prefix.utf8.count + Self.digits)
    guard start.starts(with: Self.prefix.utf8),
      case let digest = start.dropFirst(Self.prefix.utf8.count), digest.count == Self.digits,
      digest.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    name = String(decoding: start, as: UTF8.self)
  }

  /// The first mark that stands as a word, or as the start of one, anywhere in a text.
  public init?(in text: String) {
    let words = text.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    guard let mark = words.lazy.compactMap({ RunMark(beginning: $0) }).first else { return nil }
    self = mark
  }
}
