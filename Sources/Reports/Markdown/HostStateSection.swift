internal import Model

extension Document {
  /// Whether the hosts are as they were: the certificate, and every change with whose it is.
  mutating func addHostState(of record: Record) {
    guard !record.certificates.isEmpty else { return }
    heading(2, "Host state before and after")
    paragraph(
      "What was compared was read before the first effect and after the last undo. Counters, times of "
        + "expiry and statistics are left out.")
    list(record.certificates.map(Self.line))
    for certificate in record.certificates { addChanges(of: certificate) }
  }

  private static func line(of certificate: HostCertificate) -> Inline {
    let host: Inline = "**\(certificate.host, limit: 60)**: "
    if let reason = certificate.notTaken { return host + "not taken: \(reason)" }
    let compared = certificate.compared.map(\.title).joined(separator: ", ")
    let line = host + "\(certificate.sentence). Compared: \(compared, limit: 400)"
    return line + (certificate.processesText.map { "; \($0)." } ?? ".")
  }

  private mutating func addChanges(of certificate: HostCertificate) {
    if !certificate.notCompared.isEmpty {
      paragraph("Not compared on \(certificate.host, limit: 60):")
      list(certificate.notCompared.map { "\($0.title): \($0.reason)" })
    }
    guard !certificate.changes.isEmpty else { return }
    heading(3, "What changed on \(certificate.host, limit: 60)")
    table(
      ["What", "Before", "After", "Whose", "Why"],
      certificate.changes.map { change in
        [
          Self.subject(of: change), Self.cell(change.before),
          Self.cell(change.after),
          Self.owner(of: change),
          "\(change.why)",
        ]
      })
    if certificate.changesOmitted > 0 {
      paragraph("… and \(certificate.changesOmitted) more changes of others.")
    }
  }

  private static func owner(of change: CertifiedChange) -> Inline {
    if change.isUnattributed { return "the run's commands', or another's" }
    guard change.ours else { return "another's" }
    return change.explained ? "the run's, as expected" : "**the run's**"
  }

  private static func subject(of change: CertifiedChange) -> Inline {
    guard change.section == .processes else {
      return "\(change.section.title) \(code: change.key)"
    }
    return "process \(String(change.key.prefix { $0 != "@" }))"
  }

  private static func cell(_ text: String?) -> Inline {
    text.map { $0.isEmpty ? "there" : Inline.code($0) } ?? "–"
  }
}
