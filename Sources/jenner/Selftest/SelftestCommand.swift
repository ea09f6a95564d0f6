import ArgumentParser
import Model

/// `jenner selftest`: shows on this very host that nothing is left behind.
struct SelftestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "selftest",
    abstract: "Injects every fault into throwaway targets, kills Jenner, and says what is left.",
    discussion: """
      Each fault is injected, verified and undone; then again while the runner, the agent, the \
      guardian, and all of them at once are killed. Only processes that this command starts, \
      in networks of their own, are touched. Exit status: 0 where nothing was left, 5 where something was, \
      3 where nothing could be tried, 130 or 143 where a signal ended it and nothing was left.
      """)

  @OptionGroup var output: FormatOption

  @Option(
    name: .customLong("fault"),
    help: ArgumentHelp("Only this kind, such as process.pause.", valueName: "kind"))
  var kind: String?

  func validate() throws {
    let kinds = Catalog.builtIn.faults.keys.sorted()
    if let kind, !kinds.contains(kind) {
      throw ValidationError(
        "unknown fault '\(kind.limited)'; \(Suggestion.cure(for: kind, among: kinds))")
    }
  }

  func run() throws {
    do throws(Failure) {
      let selftest = try Selftest(kinds: kind.map { [$0] })
      let rows = try selftest.run()
      let status = SelftestOutcome.status(of: rows)
      let text = output.isJSON ? SelftestTable.json(rows).pretty : SelftestTable.text(rows)
      do throws(Failure) {
        try Console.output(text)
      } catch {
        // What was left behind must be read somewhere.
        Console.error(text)
        error.report(asJSON: false)
        throw Failure.message("", .worst(of: [status, error.status]))
      }
      if status != .pass { throw Failure.message("", status) }
    } catch {
      if case .message("", _) = error {} else { error.report(asJSON: output.isJSON) }
      throw error.status.code
    }
  }
}
