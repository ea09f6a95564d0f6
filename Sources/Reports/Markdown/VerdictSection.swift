internal import Model

extension Document {
  /// The verdict, a sentence why, and the reasons in order of weight.
  mutating func addVerdict(of record: Record) {
    let headline = Headline(record)
    heading(1, "\(headline.word): \(record.title, limit: 120)")
    paragraph("**\(headline.sentence)**")
    list(record.reasons.map { Inline($0) }, limit: 20)
  }

  /// The run at a glance.
  mutating func addOverview(of record: Record) {
    let clock = RunClock(started: record.started)
    var rows: [[Inline]] = [
      ["Run", .code(record.runID)],
      ["Started", "\(clock.startText), lasted \(Amounts.time(record.durationSeconds))"],
      ["Ended", "\(record.ended.rawValue), exit status \(record.exitCode)"],
      ["Checks", "\(record.tally)"],
      ["Undo", record.clean ? "\(record.undoText)" : "**\(record.undoText)**"],
      ["Recovery", Self.recovery(of: record)],
      ["Experiment", .code(record.experiment.file)],
    ]
    if let owner = record.experiment.owner { rows.append(["Owner", "\(owner, limit: 80)"]) }
    if !record.experiment.tags.isEmpty {
      let tags = record.experiment.tags.prefix(20).map { Inline.code($0, limit: 40) }
      rows.append(["Tags", .joined(Array(tags), by: ", ")])
    }
    if let description = record.experiment.description {
      paragraph("\(description.plainLines().joined(separator: " "), limit: 2_000)")
    }
    table(["", ""], rows)
  }

  private static func recovery(of record: Record) -> Inline {
    if let seconds = record.recoverySeconds {
      return "the steady state held again \(Amounts.time(seconds)) after the last undo"
    }
    guard record.hasRecoveryPhase else { return "not judged in this run" }
    return "**not shown**\(record.recoveryRemark.map { ", \($0)" } ?? "")"
  }
}
