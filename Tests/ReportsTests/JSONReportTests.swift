import FoundationEssentials
import Model
import Testing

@testable import Reports

@Suite struct JSONReportTests {
  @Test func aRecordReadsBackEqual() throws {
    for record in [
      try Samples.passed(), try Samples.failed(), try Samples.refused(),
      try Samples.interrupted(), try Samples.hostile(),
    ] {
      let text = try JSONReport.render(record)
      let read = try JSONReport.read(text)
      #expect(read == record)
      #expect(try JSONReport.render(JSONReport.read(text)) == text)
    }
  }

  @Test func eachSampleIsALine() throws {
    let text = try JSONReport.render(Samples.passed())
    #expect(text.contains("\n    [0.5,\"success\",0.019,null,null],\n"))
    #expect(text.hasPrefix("{\n \"actions\": [\n"))
    #expect(text.hasSuffix("}\n"))
    #expect(text.contains("{\"end\": 60,\"start\": 0}"))
  }

  /// Any JSON keeps its meaning in the layout.
  @Test(arguments: [
    "{}", "[]", "[[],{}]", #"{"a":[1,2,[3,{"b":"],}\"\\"}]],"c":"\u0000\n"}"#,
    "[\"\(String(repeating: "x,", count: 200))\",{\"k\":[true,null]}]",
  ])
  func layoutKeepsTheMeaning(compact: String) throws {
    let text = JSONLayout.layOut(Array(compact.utf8))
    let before = try JSONDecoder().decode(JSON.self, from: Data(compact.utf8))
    let after = try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
    #expect(before == after)
  }

  @Test func nothingInvisibleIsWritten() throws {
    let text = try JSONReport.layOut(["\u{202e}\u{7f}\u{9b}\u{e0041}\u{2028}é漢😀"])
    #expect(text == "[\"\\u202e\\u007f\\u009b\\udb40\\udc41\\u2028é漢😀\"]\n")
    let hostile = try JSONReport.render(Samples.hostile())
    #expect(hostile.unicodeScalars.allSatisfy { $0.isPlain || $0 == "\n" })
  }

  @Test func numbersThatAreNotFiniteAreNoReasonToLoseARecord() throws {
    var record = try Samples.passed()
    record.checks[0].limit = .infinity
    record.durationSeconds = -.infinity
    #expect(try JSONReport.read(JSONReport.render(record)) == record)
  }

  @Test func whatIsNoRecordIsRefused() {
    for text in ["", "{}", "[1", "\"x\""] {
      #expect(throws: (any Error).self) { try JSONReport.read(text) }
    }
  }
}
