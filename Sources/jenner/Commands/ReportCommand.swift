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
    help: ArgumentHelp("One of \(Reports.all.map { $0.name }.joined(separator: ", "))."))
  var format = "text"

  func run() throws {
    let names = Reports.all.map { $0.name }
    guard let chosen = Reports.format(named: format) else {
      let cure = Suggestion.cure(for: format, among: names)
      Failure.message("unknown format '\(format.limited)'; \(cure)", .usage).report(asJSON: false)
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
      record = try JSONReport.read(String(decoding: data, as: UTF8.self))
    } catch {
      Failure.message("\(path) is no record of this version: \(error)", .usage)
        .report(asJSON: false)
      throw ExitStatus.usage.code
    }
    // Colour is for the summary alone; the others are files.
    let isSummary = chosen == TerminalSummary.self
    Console.output(
      isSummary
        ? TerminalSummary.render(record, style: Console.usesColor ? .colour : .plain)
        : try chosen.render(record))
  }
}
