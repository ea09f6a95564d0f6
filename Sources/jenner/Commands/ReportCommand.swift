import ArgumentParser
import FoundationEssentials
import Model
import Reports

/// `jenner report RECORD`: renders a record again.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Renders the record of a run again; touches nothing.")

  @Argument(help: ArgumentHelp("A record.json, or the folder that holds one.", valueName: "record"))
  var record: String

  @Option(
    help: ArgumentHelp(
      "text, or the name of a report format: "
        + Reports.all.map { $0.name }.joined(separator: ", ") + "."))
  var format = "text"

  func run() throws {
    let names = ["text"] + Reports.all.map { $0.name }
    guard names.contains(format) else {
      Failure.message(
        "unknown format '\(format.limited)'; \(Suggestion.cure(for: format, among: names))",
        .usage
      ).report(asJSON: false)
      throw ExitStatus.usage.code
    }
    let path = record.hasSuffix(".json") ? record : record + "/record.json"
    guard let data = try? Data(contentsOf: URL(filePath: path)) else {
      Failure.message("\(path) could not be read; name a record.json or its folder", .usage)
        .report(asJSON: false)
      throw ExitStatus.usage.code
    }
    let record: Record
    do {
      record = try JSONDecoder().decode(Record.self, from: data)
    } catch {
      Failure.message("\(path) is no record of this version: \(error)", .usage)
        .report(asJSON: false)
      throw ExitStatus.usage.code
    }
    guard let chosen = Reports.all.first(where: { $0.name == format }) else {
      Console.output(TerminalSummary.text(record, path: nil, usesColor: Console.usesColor))
      return
    }
    Console.output(try chosen.render(record))
  }
}
