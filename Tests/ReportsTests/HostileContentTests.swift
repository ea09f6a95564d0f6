import Model
import Testing

@testable import Reports

/// What comes from targets must not be able to look like the report.
@Suite struct HostileContentTests {
  private static let pieces: [String] =
    Samples.hostileTexts + [
      "|", "||", "\\|", "\\\\|", "`", "``", "\n", "\r\n", "\r", "# ", "- ", "> ", "---", "|---|",
      "```", "~~~", "<", ">", "&", "\u{85}", "\u{b}", "\u{c}", "\u{2066}", "\u{200f}", "\u{e0001}",
      "\u{3164}", "a", "é", "漢", "😀", " ", "[x]: y", "![CAUTION]", "<!--", "-->", "$$", "@a",
    ]

  private static func texts(seed: UInt64) -> () -> String {
    var generator = SplitMix(seed: seed)
    return {
      (0..<Int.random(in: 0...6, using: &generator)).map { _ in
        pieces.randomElement(using: &generator) ?? ""
      }.joined()
    }
  }

  /// Pipes that end a cell, as cmark-gfm reads them: a backslash takes the next character along.
  private func cells(_ line: Substring) -> Int {
    var count = 0
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if isEscaped {
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else if scalar == "|" {
        count += 1
      }
    }
    return count
  }

  /// Pipes with no backslash right before them, as other renderers read them.
  private func barePipes(_ line: Substring) -> Int {
    zip(" " + line, line).filter { $0.0 != "\\" && $0.1 == "|" }.count
  }

  /// The report's lines without its blocks of code, which end with the fence they began with.
  private func linesOutsideCode(of report: String) -> [Substring] {
    var lines: [Substring] = []
    var fence: Substring?
    for line in report.split(separator: "\n", omittingEmptySubsequences: false) {
      let content = line.hasPrefix("> ") ? line.dropFirst(2) : line
      if let open = fence {
        if content == open { fence = nil }
      } else if content.hasPrefix("```"), content.drop(while: { $0 == "`" }).allSatisfy(\.isLetter)
      {
        fence = content.prefix { $0 == "`" }
      } else {
        lines.append(line)
      }
    }
    #expect(fence == nil, "a block of code does not end")
    return lines
  }

  @Test(arguments: UInt64(1)...15)
  func noTableBreaks(seed: UInt64) throws {
    let report = MarkdownReport.render(try Samples.hostile(Self.texts(seed: seed)))
    var header: Substring?
    for line in linesOutsideCode(of: report) {
      guard line.hasPrefix("|") else {
        header = nil
        continue
      }
      let expected = header ?? line
      header = expected
      #expect(cells(line) == cells(expected), "\(line)")
      #expect(barePipes(line) == barePipes(expected), "\(line)")
    }
  }

  @Test(arguments: UInt64(1)...15)
  func nothingInvisibleLeaves(seed: UInt64) throws {
    let record = try Samples.hostile(Self.texts(seed: seed))
    for format in Reports.all {
      let text = try format.render(record)
      let rogue = text.unicodeScalars.filter { !$0.isPlain && $0 != "\n" }
      #expect(rogue.isEmpty, "\(format)")
    }
  }

  @Test(arguments: UInt64(1)...15)
  func structureIsOurs(seed: UInt64) throws {
    let hostile = MarkdownReport.render(try Samples.hostile(Self.texts(seed: seed)))
    let tame = MarkdownReport.render(try Samples.hostile { "x" })
    func structure(_ text: String) -> [Substring] {
      linesOutsideCode(of: text).filter { $0.hasPrefix("## ") || $0.hasPrefix("> [!") }
    }
    #expect(structure(hostile) == structure(tame))
    #expect(structure(hostile).filter { $0.hasPrefix(">") } == ["> [!CAUTION]"])
    #expect(hostile.split(separator: "\n").first?.hasPrefix("# INTERRUPTED: ") == true)
  }

  @Test func proseStandsForItself() {
    #expect(
      ("\("a*b*_c_ snake_case 1. + -")" as Inline).markdown == "a\\*b\\*\\_c\\_ snake_case 1. + -")
    #expect(("\("1. one")" as Inline).markdown == "1\\. one")
    #expect(("\("- one")" as Inline).markdown == "\\- one")
    #expect(("\("+12.3 s")" as Inline).markdown == "+12.3 s")
    #expect(("\("---")" as Inline).markdown == "\\---")
    #expect(("\(" ")" as Inline).markdown == "–")
  }

  @Test func codeSpansDependOnWhereTheyStand() {
    #expect(Inline.code("a|b").markdown == "`a|b`")
    #expect(Inline.code("a|b").cell == "`a\\|b`")
    #expect(Inline.code("a\\|b").cell == "<code>a&#92;&#124;b</code>")
    #expect(Inline.code("``x").markdown == "``` ``x ```")
    #expect(Inline.code("").cell == "<code>(empty)</code>")
  }

  @Test func plainTextIsLimitedInScalars() {
    #expect("abc".plain(limit: 2) == "ab…")
    #expect(("e" + String(repeating: "\u{301}", count: 900)).plain().unicodeScalars.count == 5)
    #expect("a\nb\u{1b}c\u{202e}".plain() == "a\\nb\\u{1b}c\\u{202e}")
    #expect("1\n2\n3\n".plainLines(count: 2) == ["1", "2", "… 1 more lines"])
  }
}
