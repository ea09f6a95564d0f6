/// Whether text for a terminal is coloured; nobody but the caller can know that it may be.
public enum TerminalStyle: Sendable, Hashable {
  case plain
  case colour

  /// The colours in use, by what they mean.
  enum Meaning: String {
    case good = "32"
    case bad = "31"
    case unsure = "33"
    case alarm = "1;37;41"
    case strong = "1"
    case faint = "2"
  }

  /// The text in a colour, or as it is; ECMA-48, "select graphic rendition".
  func paint(_ text: String, _ meaning: Meaning) -> String {
    self == .plain ? text : "\u{1b}[\(meaning.rawValue)m\(text)\u{1b}[0m"
  }
}
