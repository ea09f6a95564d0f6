import FoundationEssentials
import Model
import Testing

@testable import Reports

@Suite struct ReportsTests {
  @Test func everyFileOfTheFolderIsListed() throws {
    let file = #filePath
    let root = URL(filePath: file).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = root.appending(path: "Sources/Reports/Formats").path
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix(".swift") && $0 != "ReportFormat.swift" }
    #expect(Set(files) == Set(Reports.all.map { "\($0).swift" }))
  }

  @Test func namesAndFilesDiffer() {
    #expect(Set(Reports.all.map { $0.name }).count == Reports.all.count)
    let files = Reports.all.compactMap { $0.fileName }
    #expect(Set(files) == ["record.json", "report.md"])
    #expect(Reports.format(named: "markdown") is MarkdownReport.Type)
    #expect(Reports.format(named: "pdf") == nil)
  }
}
