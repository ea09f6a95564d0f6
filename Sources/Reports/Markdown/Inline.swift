/// A stretch of Markdown without line breaks, in which everything interpolated is data.
///
/// Literals are markup and interpolated text is escaped, so that no probe, command or process of a
/// target can add a line, a cell, a link or a heading to a report: a `String` can't reach a
/// `Document` in any other way.
struct Inline: ExpressibleByStringInterpolation {
  let markdown: String
  /// The same for a table's cell, where pipes must be escaped even in a code span; anywhere else
  /// that backslash would show.
  let cell: String

  init(stringLiteral value: String) {
    markdown = value
    cell = value
  }

  init(stringInterpolation: Interpolation) {
    markdown = stringInterpolation.markdown
    cell = stringInterpolation.cell
  }

  /// Text that stands for itself.
  init(_ text: String) {
    self.init(stringInterpolation: Interpolation(text))
  }

  /// Text in a code span.
  static func code(_ text: String, limit: Int = 160) -> Inline { "\(code: text, limit: limit)" }

  /// Joined with markup in between.
  static func joined(_ parts: [Inline], by separator: Inline) -> Inline {
    var all = Interpolation(literalCapacity: 0, interpolationCount: 0)
    for (index, part) in parts.enumerated() {
      if index > 0 { all.appendInterpolation(separator) }
      all.appendInterpolation(part)
    }
    return Inline(stringInterpolation: all)
  }

  /// Collects markup and escaped text.
  struct Interpolation: StringInterpolationProtocol {
    fileprivate(set) var markdown = ""
    fileprivate(set) var cell = ""

    init(literalCapacity: Int, interpolationCount: Int) {}

    init(_ text: String) {
      appendInterpolation(text)
    }

    mutating func appendLiteral(_ literal: String) {
      append(literal, cell: literal)
    }

    mutating func appendInterpolation(_ inline: Inline) {
      append(inline.markdown, cell: inline.cell)
    }

    mutating func appendInterpolation(_ number: Int) {
      append(String(number), cell: String(number))
    }

    mutating func appendInterpolation(_ text: String, limit: Int = 300) {
      let escaped = Escape.prose(text.plain(limit: limit))
      append(escaped, cell: escaped)
    }

    mutating func appendInterpolation(code text: String, limit: Int = 160) {
      let plain = text.plain(limit: limit)
      append(Escape.code(plain), cell: Escape.codeInCell(plain))
    }

    private mutating func append(_ markdown: String, cell: String) {
      self.markdown += markdown
      self.cell += cell
    }
  }
}

/// The escapes of GitHub Flavored Markdown 0.29, and of what GitHub does to text after it.
private enum Escape {
  /// Plain text that renders as itself, in a paragraph, a list item or a table cell.
  static func prose(_ text: String) -> String {
    var escaped = ""
    let scalars = Array(text.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      let next = index + 1 < scalars.count ? scalars[index + 1] : nil
      let isFirst = index == 0
      switch scalar {
      case "\\", "`", "*", "[", "]", "<", ">", "|", "~", "#":
        escaped += "\\\(scalar)"
      case "_" where !isInsideWord(index, of: scalars): escaped += "\\_"
      case "&": escaped += "&amp;"
      // A formula, wherever two of them stand; a backslash does not help against that.
      case "$": escaped += "&#36;"
      // A mention notifies somebody; it is looked for in the text between two tags.
      case "@" where next?.properties.isAlphabetic ?? false: escaped += "@<!-- -->"
      // Bare addresses become links: target output must not offer any.
      case ":" where next == "/": escaped += "&#58;"
      case "." where isAfterWWW(index, in: scalars): escaped += "&#46;"
      // Lists and rules start with these, but only before a space or another of their kind.
      case "-", "+", "=":
        let isMarker = isFirst && (next == nil || next == " " || next == scalar)
        escaped += isMarker ? "\\\(scalar)" : "\(scalar)"
      case ".", ")":
        let isNumber =
          !isFirst && (next == nil || next == " ")
          && scalars[..<index].allSatisfy { ("0"..."9").contains($0) }
        escaped += isNumber ? "\\\(scalar)" : "\(scalar)"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    // An empty cell would look as if nothing had been asked.
    return escaped.contains { $0 != " " } ? escaped : "–"
  }

  /// A code span that shows the text as it is.
  static func code(_ text: String) -> String {
    // A code span can't be empty or all space.
    guard text.contains(where: { $0 != " " }) else { return "<code>\(entities(text))</code>" }
    let longest = text.longestRun(of: "`")
    let fence = String(repeating: "`", count: longest + 1)
    let isPadded = longest > 0 || (text.hasPrefix(" ") && text.hasSuffix(" "))
    let space = isPadded ? " " : ""
    return fence + space + text + space + fence
  }

  /// A code span in a table's cell.
  static func codeInCell(_ text: String) -> String {
    // A cell's backslash before a pipe is taken away even inside a code span, so that there is no
    // way to write the two together in one.
    guard !text.contains("\\|") else { return "<code>\(entities(text))</code>" }
    return code(text).split(separator: "|", omittingEmptySubsequences: false).joined(
      separator: "\\|")
  }

  private static func entities(_ text: String) -> String {
    text.isEmpty
      ? "(empty)"
      : text.unicodeScalars.map { scalar in
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          ? String(scalar) : "&#\(scalar.value);"
      }.joined()
  }

  private static func isInsideWord(_ index: Int, of scalars: [Unicode.Scalar]) -> Bool {
    guard index > 0, index + 1 < scalars.count else { return false }
    return [scalars[index - 1], scalars[index + 1]].allSatisfy {
      $0.properties.isAlphabetic || ("0"..."9").contains($0)
    }
  }

  private static func isAfterWWW(_ index: Int, in scalars: [Unicode.Scalar]) -> Bool {
    index >= 3 && scalars[index - 3..<index].allSatisfy { $0 == "w" || $0 == "W" }
  }
}
