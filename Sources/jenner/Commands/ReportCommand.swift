import ArgumentParser
import ExperimentFile
import Glibc
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
    let record: Record
    do {
      record = try Self.read(self.record)
    } catch {
      error.report(asJSON: false)
      throw error.status.code
    }
    // Colour is for the summary alone; the others are files.
    let isSummary = chosen == TerminalSummary.self
    try Console.output(
      isSummary
        ? TerminalSummary.render(record, style: Console.usesColor ? .colour : .plain)
        : try chosen.render(record))
  }

  private static func read(_ path: String) throws(Failure) -> Record {
    var facts = stat()
    let isFolder = stat(path, &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
    let path = isFolder ? path + "/record.json" : path
    let bytes: [UInt8]
    do {
      bytes = try FileBytes.read(path: path, limit: Limits.recordSize)
    } catch {
      throw .unreadable(error, path: path)
    }
    do {
      return try JSONReport.read(String(decoding: bytes, as: UTF8.self))
    } catch {
      let reason = (error as? DecodingError)?.inWords ?? "\(error)"
      throw .message(
        "\(path) is no record of this version: \(reason); name the record.json of a run, or its "
          + "folder", .usage)
    }
  }
}

extension DecodingError {
  /// What is wrong with a JSON text, and where in it.
  fileprivate var inWords: String {
    switch self {
    case .keyNotFound(let key, let context):
      "'\(Self.place(context.codingPath + [key]))' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "it is not JSON, or not an object"
        : "'\(Self.place(context.codingPath))' holds something else"
    @unknown default: "it could not be decoded"
    }
  }

  private static func place(_ path: [any CodingKey]) -> String {
    path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".").limited
  }
}
