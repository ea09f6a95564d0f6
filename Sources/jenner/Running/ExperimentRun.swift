import ExperimentFile
import Glibc
import Linux
import Model
import Reports
import Runner

/// One experiment, from its plan to its reports.
struct ExperimentRun {
  private let planned: PlannedExperiment
  private let session: Session
  private let reports: String
  private let isDryRun: Bool
  private let isJSON: Bool

  init(
    _ planned: PlannedExperiment, session: Session, reports: String, isDryRun: Bool, isJSON: Bool
  ) {
    self.planned = planned
    self.session = session
    self.reports = reports
    self.isDryRun = isDryRun
    self.isJSON = isJSON
  }

  /// Runs, reports, and says how it ended.
  func perform() throws(Failure) -> ExitStatus {
    let started = WallClock.now()
    // Made first: a run whose report can't be written must not break anything.
    let folder = try ReportFolder(in: reports, title: planned.plan.title, started: started)
    let specification = try specification(started: started)
    let progress = Progress(isQuiet: isJSON, secrets: planned.loaded.secrets)
    let record: Record?
    do {
      let driver = try RunDriver(
        specification: specification, secrets: planned.loaded.secrets,
        pipes: planned.dialogue.surrender(), loop: session.loop, tell: progress.tell)
      record = session.run(driver)
    } catch {
      folder.removeIfEmpty()
      throw .message("\(error)", .inconclusive)
    }
    guard let record else {
      throw .message("the run ended without a record", .inconclusive)
    }
    try write(record, to: folder)
    let own = ExitStatus(rawValue: Int32(record.exitCode)) ?? .inconclusive
    do throws(Failure) {
      try show(record, in: folder)
      return own
    } catch {
      // The record is on disk; what the run came to is not hidden by a full terminal.
      error.report(asJSON: false)
      Console.error(TerminalSummary.render(record) + "  report: \(folder.path)/report.md")
      return ExitStatus.worst(of: [own, error.status])
    }
  }

  private func write(_ record: Record, to folder: ReportFolder) throws(Failure) {
    do {
      try folder.write(record)
    } catch {
      // A run has been made, so this is no wrong call; and what it came to still counts.
      error.report(asJSON: false)
      Console.error(TerminalSummary.render(record))
      let own = ExitStatus(rawValue: Int32(record.exitCode)) ?? .inconclusive
      throw .message(
        "the reports could not be written; the outcome is above",
        ExitStatus.worst(of: [own, .inconclusive]))
    }
  }

  private func show(_ record: Record, in folder: ReportFolder) throws(Failure) {
    if isJSON {
      let summary: JSON = [
        "verdict": .string(record.verdict.rawValue), "ended": .string(record.ended.rawValue),
        "clean": .bool(record.clean), "exit_code": .integer(record.exitCode),
        "record": .string("\(folder.path)/record.json"),
        "report": .string("\(folder.path)/report.md"),
        "reasons": .array(record.reasons.map(JSON.string)),
      ]
      try Console.output(summary.canonical)
    } else {
      try Console.output(
        TerminalSummary.render(record, style: Console.usesColor ? .colour : .plain)
          + "  report: \(folder.path)/report.md")
    }
  }

  private func specification(started: String) throws(Failure) -> RunSpecification {
    let loaded = planned.loaded
    var commands: [Int: Command] = [:]
    for (index, step) in loaded.experiment.steps.enumerated() {
      guard let action = step.action else { continue }
      guard let command = action.revealed(with: loaded.secrets) else {
        throw .message("a secret of '\(step.name)' has no value", .usage)
      }
      commands[index] = command
    }
    var watches: [Int: JSON] = [:]
    for (index, probe) in loaded.experiment.hypothesis.probes.enumerated() where probe.host != nil {
      watches[index] = probe.section.json(revealing: loaded.secrets)
    }
    return RunSpecification(
      runID: RunIdentifier.make(), started: started, experiment: loaded.experiment,
      plan: planned.plan, planDigest: planned.digest, source: planned.source,
      tool: ToolFacts(version: JennerVersion.text), runner: .current(), commands: commands,
      watches: watches,
      redaction: Redaction(secrets: loaded.secrets), isDryRun: isDryRun)
  }
}

/// Names runs.
enum RunIdentifier {
  /// Twelve characters that no other run has: 60 bits of the system's randomness.
  static func make() -> String {
    let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
    var generator = SystemRandomNumberGenerator()
    return String((0..<12).map { _ in alphabet[Int(generator.next() % 32)] })
  }
}
