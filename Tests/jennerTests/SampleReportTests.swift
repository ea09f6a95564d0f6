import FoundationEssentials
import Glibc
import Model
import Reports
import Testing

/// The committed sample is what this version makes of its record.
@Suite struct SampleReportTests {
  private func text(_ name: String) throws -> String {
    let path = Repository.path("reports/sample/\(name)")
    return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }

  private func compare(_ name: String, with rendered: String) throws {
    if getenv("JENNER_UPDATE_GOLDEN") != nil {
      let path = Repository.path("reports/sample/\(name)")
      try Data(rendered.utf8).write(to: URL(filePath: path))
    }
    #expect(
      try text(name) == rendered, "reports/sample/\(name) is old; set JENNER_UPDATE_GOLDEN=1")
  }

  @Test func theReportIsRenderedFromTheRecord() throws {
    let record = try JSONReport.read(try text("record.json"))
    try compare("report.md", with: MarkdownReport.render(record))
    try compare("record.json", with: JSONReport.render(record))
  }
}
