import Model
import Testing

@testable import Reports

@Suite struct TerminalSummaryTests {
  @Test func goldenSummaries() throws {
    let all = [
      try Samples.passed(), try Samples.failed(), try Samples.refused(),
      try Samples.interrupted(), try Samples.hostile(),
    ]
    let text = all.map { TerminalSummary.render($0) }.joined(separator: "\n")
    try GoldenFiles.expect(text, in: "summaries.txt")
  }

  @Test func colourOnlyWhenAsked() throws {
    let record = try Samples.interrupted()
    #expect(!TerminalSummary.render(record).contains("\u{1b}"))
    let coloured = TerminalSummary.render(record, style: .colour)
    #expect(coloured.contains("\u{1b}[1;37;41m NOT PROVED UNDONE \u{1b}[0m"))
  }

  @Test func whatIsLeftComesFirst() throws {
    let text = TerminalSummary.render(try Samples.interrupted())
    #expect(text.hasPrefix(" NOT PROVED UNDONE \n"))
    var unknown = try Samples.interrupted()
    unknown.residue = []
    #expect(TerminalSummary.render(unknown).contains("jenner recover"))
  }

  @Test func noRecoveryIsToldOfWhereTheUndoIsNotProved() throws {
    var record = try Samples.passed()
    record.clean = false
    record.recoverySeconds = nil
    let words = "not shown, since not everything is proved undone"
    #expect(TerminalSummary.render(record).contains("  recovery: \(words)\n"))
    #expect(MarkdownReport.render(record).contains("| Recovery | **not shown**, since not"))
    // Proved in the end, but not when the time began to count.
    record.clean = true
    let later = "not shown, since an undo was proved only after"
    #expect(TerminalSummary.render(record).contains(later))
  }

  @Test func aPassThatIsNotProvedUndoneIsNone() throws {
    var record = try Samples.passed()
    record.clean = false
    #expect(!TerminalSummary.render(record).contains("PASS"))
    #expect(!MarkdownReport.render(record).contains("# PASS"))
  }
}
