extension Experiment {
  /// Notes every name that is used but not declared, or declared twice.
  func checkReferences(_ fields: inout Fields) {
    guard !fields.isDeclaring else { return }
    // The names as written, so that a host with a problem of its own is not unknown as well.
    var hostNames: [String] = []
    if case .map(let pairs)? = fields.node("hosts")?.content { hostNames = pairs.map(\.key) }
    for host in steps.flatMap(\.hosts) where !hostNames.contains(host.text) {
      fields.unknown("host", host, among: hostNames)
    }
    for host in rollbacks.compactMap(\.host) where !hostNames.contains(host.text) {
      fields.unknown("host", host, among: hostNames)
    }
    for host in hypothesis.probes.compactMap(\.host) where !hostNames.contains(host.text) {
      fields.unknown("host", host, among: hostNames)
    }
    guard case .list? = fields.node("steady-state-hypothesis")?["probes"]?.content else { return }
    let probeNames = hypothesis.probes.map(\.name.text)
    let referred =
      steps.flatMap(\.expectations).map(\.condition.probe)
      + steps.compactMap(\.wait?.until?.probe) + stopConditions.map(\.condition.probe)
    for probe in referred where !probeNames.contains(probe.text) {
      fields.unknown("probe", probe, among: probeNames)
    }
  }

  /// Every step, those inside `together` too, in the file's order.
  public var steps: [Step] { method.flatMap(\.flattened) }
}

extension Fields {
  mutating func unknown(_ kind: String, _ name: Name, among known: [String]) {
    guard !name.text.isEmpty, !isFull else { return }
    note(
      "unknown \(kind) '\(name.text.limited)'", at: name.mark,
      cure: known.isEmpty
        ? "no \(kind)s are declared" : Suggestion.cure(for: name.text, among: known))
  }
}
