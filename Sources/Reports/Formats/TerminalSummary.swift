public import Model

/// The verdict in a few lines, for the end of a run at a terminal.
public enum TerminalSummary: ReportFormat {
  public static let name = "text"
  public static let fileName: String? = nil

  /// The summary without colour.
  public static func render(_ record: Record) -> String {
    render(record, style: .plain)
  }

  /// The summary; what is left behind comes first, because it is the most urgent.
  public static func render(_ record: Record, style: TerminalStyle) -> String {
    var lines = record.clean ? [] : residue(of: record, style: style)
    let headline = Headline(record)
    lines.append(
      style.paint(headline.word, headline.meaning) + "  "
        + style.paint(record.title.plain(limit: 120), .strong))
    lines.append("  " + headline.sentence)
    lines += record.reasons.prefix(5).map { "  - " + $0.plain() }
    if record.reasons.count > 5 {
      lines.append("  - … \(record.reasons.count - 5) more in the record")
    }
    for check in record.checks where check.verdict != .pass {
      lines.append("  " + line(of: check, style: style))
    }
    lines.append("  checks: \(record.tally) · \(faults(of: record)) · undo: \(record.undoText)")
    for certificate in record.certificates.prefix(20) {
      let place =
        record.certificates.count == 1 ? "" : " of \(certificate.host.plain(limit: 60))"
      lines.append("  host state\(place): \(certificate.sentence.plain())")
    }
    if let seconds = record.recoverySeconds {
      lines.append("  recovered \(Amounts.time(seconds)) after the last undo")
    } else if record.hasRecoveryPhase, let remark = record.recoveryRemark {
      lines.append("  recovery: not shown, \(remark)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func residue(of record: Record, style: TerminalStyle) -> [String] {
    var lines = [style.paint(" NOT PROVED UNDONE ", .alarm)]
    for left in record.residue {
      lines.append("  left on \(left.host.plain(limit: 60)): \(left.what.plain())")
      lines.append("    " + left.command.plain(limit: 4_000))
    }
    if record.residue.isEmpty {
      lines.append("  What is left is not known. On each host of the run:")
      lines.append("    jenner recover && jenner residue")
    }
    return lines + [""]
  }

  private static func line(of check: Check, style: TerminalStyle) -> String {
    let word = style.paint(check.verdict.rawValue, check.verdict == .fail ? .bad : .unsure)
    let place = check.step.map { ", \($0.plain(limit: 60))" } ?? ""
    return "\(word): \(check.probe.plain(limit: 60)) \(check.metric.name)\(place): asked "
      + "\(check.asked.plain()), seen \(check.seen.plain())"
  }

  private static func faults(of record: Record) -> String {
    let planned = record.plan.steps.filter { $0.fault != nil }.count
    if record.faults.isEmpty {
      return planned == 0
        ? "no faults planned" : "none of \(Amounts.count(planned, "fault")) injected"
    }
    let inForce = record.faults.filter(\.inForce).count
    return "\(inForce) of \(Amounts.count(record.faults.count, "fault")) in force"
  }
}
