import Model
import Testing

@testable import Reports

@Suite struct ProblemTextTests {
  private func problem(_ line: Int, _ column: Int, _ message: String = "unknown field 'evry'")
    -> Problem
  {
    Problem(
      file: "shop.yaml", mark: Mark(line: line, column: column), message: message,
      cure: "did you mean 'every'?")
  }

  @Test func aLineForEachProblem() {
    let problems = Problems([
      problem(4, 7), Problem(file: "shop.yaml", message: "the file is empty"), problem(2, 1),
    ])
    #expect(
      ProblemText.render(problems) == """
        shop.yaml: error: the file is empty
        shop.yaml:2:1: error: unknown field 'evry'; did you mean 'every'?
        shop.yaml:4:7: error: unknown field 'evry'; did you mean 'every'?

        """)
    #expect(ProblemText.render(Problems([])) == "")
  }

  @Test func theCaretStandsUnderTheColumn() {
    let source = "version: 1\n  漢\tevry: 5s\n"
    let text = ProblemText.render(Problems([problem(2, 5)]), source: source)
    #expect(
      text == """
        shop.yaml:2:5: error: unknown field 'evry'; did you mean 'every'?
            漢 evry: 5s
               ^

        """)
  }

  @Test func longLinesAreCutAroundTheCaret() throws {
    let source = String(repeating: "a", count: 100_000) + "X" + String(repeating: "b", count: 9_000)
    let text = ProblemText.render(Problems([problem(1, 100_001)]), source: source)
    let lines = text.split(separator: "\n")
    try #require(lines.count == 3)
    let caret = try #require(lines[2].firstIndex(of: "^"))
    let offset = lines[2].distance(from: lines[2].startIndex, to: caret)
    #expect(Array(lines[1])[offset] == "X")
    #expect(lines[1].count < 110)
  }

  @Test(arguments: [(0, 0), (9, 9), (1, 500), (-3, -3), (2, 1)])
  func marksOutsideTheFileAreNoCrash(line: Int, column: Int) {
    let text = ProblemText.render(Problems([problem(line, column)]), source: "a: b\n")
    #expect(text.hasPrefix("shop.yaml:\(line):\(column): error:"))
  }

  @Test func nothingOfTheFileActsOnTheTerminal() {
    let text = ProblemText.render(
      Problems([problem(1, 3, "'\u{1b}[2J' is\nodd")]), source: "a: \u{1b}[2J\u{202e}\r\n")
    #expect(text.unicodeScalars.allSatisfy { $0.isPlain || $0 == "\n" })
    #expect(text.split(separator: "\n").count == 3)
    #expect(text.contains("\n  a: \u{fffd}[2J\u{fffd}\n"))
    let coloured = ProblemText.render(Problems([problem(1, 1)]), source: "a", style: .colour)
    #expect(coloured.contains("\u{1b}[31merror:\u{1b}[0m"))
  }

  @Test func jsonForPrograms() {
    #expect(
      ProblemText.json([problem(4, 7), Problem(file: "x", message: "y")]).canonical
        == #"{"problems":[{"column":7,"cure":"did you mean 'every'?","file":"shop.yaml","line":4,"#
        + #""message":"unknown field 'evry'"},{"file":"x","message":"y"}]}"#)
  }
}
