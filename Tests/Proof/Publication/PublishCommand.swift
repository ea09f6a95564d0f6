import ArgumentParser
import FoundationEssentials
import Glibc
import Model

/// Writes outcomes into the pages that publish them.
struct PublishCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Writes the outcomes of proofs into docs/reliability.md and README.md.",
    discussion: """
      The files of outcomes are those that the other commands wrote with --results. A page's part \
      between the marks of its figures is replaced; the rest stays.
      """)

  @Argument(help: "Files of outcomes, one JSON object on each line.")
  var results: [String]

  @Option(help: "The repository.")
  var repository = "."

  private static let begin = "<!-- figures: begin -->"
  private static let end = "<!-- figures: end -->"

  func run() throws {
    let figures = Figures(try results.flatMap(outcomes))
    let circumstances = Self.circumstances
    try replace("docs/reliability.md", with: "\(figures.table(depth: 2))\n\n\(circumstances)")
    try replace("README.md", with: figures.table(depth: 1))
  }

  private func outcomes(in path: String) throws -> [Outcome] {
    let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
    return try text.split(separator: "\n").map { line in
      try JSONDecoder().decode(Outcome.self, from: Data(line.utf8))
    }
  }

  private func replace(_ page: String, with figures: String) throws {
    let path = "\(repository)/\(page)"
    let text = try String(contentsOf: URL(filePath: path), encoding: .utf8)
    guard let begin = text.firstRange(of: Self.begin), let end = text.firstRange(of: Self.end),
      begin.upperBound <= end.lowerBound
    else { throw ValidationError("\(page) has no lines \(Self.begin) and \(Self.end)") }
    let whole =
      text[..<begin.upperBound] + "\n" + figures + "\n" + text[end.lowerBound...]
    try Data(String(whole).utf8).write(to: URL(filePath: path))
  }

  /// Where and when the figures were made.
  private static var circumstances: String {
    var names = utsname()
    uname(&names)
    let kernel = withUnsafeBytes(of: names.release) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    let day = Date.now.formatted(.iso8601.year().month().day())
    let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let series = kernel.split(separator: ".").prefix(2).joined(separator: ".")
    return "Version \(JennerVersion.text), \(day), Linux \(series), \(processors) processors."
  }
}
