import Model
import Testing

@testable import jenner

@Suite("The table of the self-test")
struct SelftestTableTests {
  @Test("says clean only of what was tried")
  func clean() throws {
    let results: [SelftestOutcome.Result] = [
      .clean(seconds: 1, byRecover: false), .failed("it is there"), .notHere("it takes root"),
    ]
    let table = SelftestTable.json(
      results.map { SelftestOutcome(fault: "process.pause", scenario: .undone, result: $0) })
    guard case .array(let rows) = table else {
      Issue.record("\(table)")
      return
    }
    let cells = rows.map { row -> JSON? in
      guard case .object(let members) = row else { return nil }
      return members["clean"]
    }
    #expect(cells == [.bool(true), .bool(false), .null])
  }
}
