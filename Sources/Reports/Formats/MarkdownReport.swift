public import Model

/// The report for a person, in GitHub Flavored Markdown: what matters most comes first.
public enum MarkdownReport: ReportFormat {
  public static let name = "markdown"
  public static let fileName: String? = "report.md"

  /// Renders a record; the sections are the files of the folder Markdown.
  public static func render(_ record: Record) -> String {
    var document = Document()
    document.addVerdict(of: record)
    document.addResidue(of: record)
    document.addOverview(of: record)
    document.addChecks(of: record)
    document.addCourse(of: record)
    document.addFaults(of: record)
    document.addHostState(of: record)
    document.addProbes(of: record)
    document.addActions(of: record)
    document.addTimeline(of: record)
    document.addReproduction(of: record)
    document.addEnvironment(of: record)
    return document.text
  }
}
