import Model

extension HostCertificate {
  /// Compares two states of a host, and tells the run's changes from those of others.
  init(
    host: String, before: HostState, after: HostState, redaction: Redaction,
    attribution: Attribution
  ) {
    self.init(host: host)
    let difference = before.difference(to: after)
    compared = difference.compared
    notCompared = difference.gaps
    var told: [CertifiedChange] = []
    for change in difference.changes {
      if var attributed = attribution.attribute(change) {
        attributed.before = attributed.before.map { redaction.apply(to: $0) }
        attributed.after = attributed.after.map { redaction.apply(to: $0) }
        told.append(attributed)
      } else if change.before == nil {
        processesStarted += 1
      } else {
        processesEnded += 1
      }
    }
    let ordered =
      told.filter { $0.ours && !$0.explained } + told.filter { $0.ours && $0.explained }
      + told.filter { !$0.ours }
    changes = Array(ordered.prefix(Limits.listLength))
    changesOmitted = ordered.count - changes.count
    identical = ordered.isEmpty && !compared.isEmpty
  }
}
