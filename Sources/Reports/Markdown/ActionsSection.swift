internal import Model

extension Document {
  /// The author's own commands: actions, undos and rollbacks.
  mutating func addActions(of record: Record) {
    guard !record.actions.isEmpty else { return }
    heading(2, "Actions")
    table(
      ["Time", "What for", "Step", "Host", "Command", "Outcome"],
      record.actions.map { action in
        [
          action.at.map { "\(Amounts.moment($0))" } ?? "not run", "\(action.role.rawValue)",
          "\(action.step, limit: 100)", "\(action.host, limit: 60)",
          .code(action.command, limit: 200),
          action.succeeded ? "\(action.outcome)" : "**\(action.outcome)**",
        ]
      })
    for action in record.actions.prefix(50) { addOutput(of: action) }
  }

  /// Output stands behind a word on each line, so that it can't be taken for a line of the report.
  private mutating func addOutput(of action: ActionRecord) {
    let lines =
      action.output.plainLines().map { "stdout: " + $0 }
      + action.errors.plainLines().map { "stderr: " + $0 }
    guard !lines.isEmpty else { return }
    paragraph("Written by \(code: action.command, limit: 100), \(action.role.rawValue):")
    code(lines)
  }
}
