import Model

/// What is known of a host's state before and after a run.
struct HostComparison: Sendable {
  var before: Result<HostState, Refusal>?
  var beforeSeconds: Double?
  var after: Result<HostState, Refusal>?
  var afterSeconds: Double?
  /// When it is asked for again; nil while an answer is awaited, or where none is needed.
  var nextAttempt: Duration?
  /// Until when an answer is awaited.
  var patience: Duration = .zero
  /// Until when what is ours and should not be there is looked for again.
  var suspicion: Duration?
  var isDecided = false
  var certificate: HostCertificate?

  /// When something is due.
  var nextTime: Duration? { isDecided ? nil : min(nextAttempt ?? patience, patience) }
}

/// The certificate that a host is as it was: its state before the first effect and after the last
/// undo, compared.
///
/// That it can't be made never fails a run; it then says why.
extension RunMachine {
  /// How long it takes until what is ours and should not be there is looked for again.
  private static let pause: Duration = .milliseconds(200)
  /// How long that goes on before it is called residue.
  ///
  /// What has only just ended, such as an agent that is leaving, may still be seen.
  private static let suspicion: Duration = .seconds(3)

  // MARK: Before

  /// Asks for the state of every host that the plan touches; a run that touches none goes on.
  mutating func readStates() {
    guard !steps.isEmpty else {
      prepare()
      return
    }
    phase = .readingState(until: now + HostState.patience)
    for host in touchedHosts {
      comparisons[host] = HostComparison()
      ask(.state, of: host, as: .state)
    }
  }

  /// The hosts that faults, actions or rollbacks of the plan hit.
  private var touchedHosts: [String] {
    Set(specification.plan.steps.flatMap(\.hosts) + specification.plan.rollbacks.map(\.host))
      .sorted()
  }

  mutating func takeStateBefore(_ result: Result<HostState, Refusal>, of host: String) {
    guard case .readingState = phase else { return }
    comparisons[host]?.before = result
    let time = seconds(now).inMicroseconds
    comparisons[host]?.beforeSeconds = time
    if case .failure(let refusal) = result { tell("state.unread", refusal.message, host: host) }
  }

  mutating func finishReadingStates(until: Duration) {
    guard !awaits({ $0 == .state }) || now >= until else { return }
    prepare()
  }

  // MARK: After

  /// Asks new agents, since those of the run gave up what they would need to see, and have ended.
  mutating func startCertifying() {
    guard hasTouched else {
      startSettling()
      return
    }
    phase = .certifying
    for host in comparisons.keys.sorted() {
      comparisons[host]?.patience = now + HostState.patience
      guard case .success? = comparisons[host]?.before, agents[host]?.state == .ended else {
        comparisons[host]?.isDecided = true
        continue
      }
      effects.append(.readState(host: host))
    }
    certify()
  }

  mutating func takeStateAfter(_ result: Result<HostState, Refusal>, of host: String) {
    guard phase == .certifying, var comparison = comparisons[host], !comparison.isDecided else {
      return
    }
    comparison.after = result
    comparison.afterSeconds = seconds(now).inMicroseconds
    comparison.certificate = certificate(of: host, comparison)
    let isSuspect = !(comparison.certificate?.residue.isEmpty ?? true)
    let until = min(comparison.suspicion ?? now + Self.suspicion, comparison.patience)
    comparison.suspicion = until
    if isSuspect, now + Self.pause < until {
      comparison.nextAttempt = now + Self.pause
    } else {
      comparison.isDecided = true
    }
    comparisons[host] = comparison
  }

  mutating func certify() {
    guard phase == .certifying else { return }
    for (host, comparison) in comparisons.sorted(by: { $0.key < $1.key })
    where !comparison.isDecided {
      if now >= comparison.patience {
        comparisons[host]?.isDecided = true
      } else if let attempt = comparison.nextAttempt, now >= attempt {
        comparisons[host]?.nextAttempt = nil
        effects.append(.readState(host: host))
      }
    }
    if comparisons.values.allSatisfy(\.isDecided) { startSettling() }
  }

  // MARK: The record

  /// Puts the certificates into the record, and what is ours and should not be there into the residue.
  mutating func addCertificates() {
    guard hasTouched else { return }
    for (host, comparison) in comparisons.sorted(by: { $0.key < $1.key }) {
      let certificate = comparison.certificate ?? certificate(of: host, comparison)
      record.certificates.append(certificate)
      for change in certificate.residue { addResidue(change, of: host) }
    }
  }

  private func certificate(of host: String, _ comparison: HostComparison) -> HostCertificate {
    var certificate: HostCertificate
    switch (comparison.before, comparison.after) {
    case (.success(let before)?, .success(let after)?):
      certificate = HostCertificate(
        host: host, before: before, after: after, redaction: specification.redaction,
        attribution: attribution(on: host, before: before, after: after))
      certificate.notCompared += networkGaps(of: host)
    case (.failure(let refusal)?, _):
      certificate = HostCertificate(host: host, notTaken: "before: \(refusal.message)")
    case (nil, _): certificate = HostCertificate(host: host, notTaken: "before: no answer in time")
    case (_, .failure(let refusal)?):
      certificate = HostCertificate(host: host, notTaken: "after: \(refusal.message)")
    case (_, nil):
      let reason =
        agents[host]?.state == .ended ? "no answer in time" : "no agent could be reached"
      certificate = HostCertificate(host: host, notTaken: "after: \(reason)")
    }
    certificate.beforeSeconds = comparison.beforeSeconds
    certificate.afterSeconds = comparison.afterSeconds
    return certificate
  }

  /// The networks that faults of the run changed and that no state holds: an agent reads its own.
  private func networkGaps(of host: String) -> [HostStateGap] {
    let injections = faultIndex.keys.filter { $0.host == host }
      .flatMap { steps[$0.step].plan.fault?.injections ?? [] }.filter { $0.host == host }
    return Set(injections.compactMap(\.injection.rules?.namespace?.path)).sorted().map { path in
      HostStateGap(
        section: .nft, of: "the network namespace \(path.limited)",
        reason: "only the agent's own network is compared, not what a fault changes in this one: "
          + "tables, links and queueing disciplines; what its undo read back there is its proof")
    }
  }

  private func attribution(
    on host: String, before: HostState, after: HostState
  ) -> Attribution {
    var processes: [String: String] = [:]
    if case .entries(let entries)? = after.sections[.processes] { processes = entries }
    return Attribution(
      run: specification.ledgerName(for: host),
      faults: record.faults.filter { $0.host == host },
      hasRunCommands: record.actions.contains { $0.host == host }, agent: before.agent,
      recoverCommand: recoverCommand(for: host), processesAfter: processes)
  }

  private mutating func addResidue(_ change: CertifiedChange, of host: String) {
    let command = change.command ?? recoverCommand(for: host)
    // The ledger has named it already, with the same command in its words.
    let isNamed = record.residue.contains { residue in
      residue.host == host
        && (residue.command == command || residue.what.hasSuffix(command))
    }
    guard !isNamed else { return }
    let object =
      change.section == .processes
      ? "process \(change.key.prefix { $0 != "@" })" : "\(change.section.title): \(change.key)"
    let state = change.after.map { $0.isEmpty ? "" : ", \($0.limited)" } ?? ""
    record.residue.append(
      Residue(host: host, what: "\(object)\(state); \(change.why)", command: command))
  }
}

extension Double {
  /// The time to the microsecond, as a record keeps it.
  fileprivate var inMicroseconds: Double { (self * 1e6).rounded() / 1e6 }
}
