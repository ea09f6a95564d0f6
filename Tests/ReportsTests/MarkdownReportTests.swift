import Model
import Testing

@testable import Reports

@Suite struct MarkdownReportTests {
  @Test func passed() throws {
    try GoldenFiles.expect(MarkdownReport.render(Samples.passed()), in: "passed.md")
  }

  @Test func failed() throws {
    try GoldenFiles.expect(MarkdownReport.render(Samples.failed()), in: "failed.md")
  }

  @Test func refused() throws {
    try GoldenFiles.expect(MarkdownReport.render(Samples.refused()), in: "refused.md")
  }

  @Test func interrupted() throws {
    try GoldenFiles.expect(MarkdownReport.render(Samples.interrupted()), in: "interrupted.md")
  }

  @Test func hostile() throws {
    try GoldenFiles.expect(MarkdownReport.render(Samples.hostile()), in: "hostile.md")
  }
}
