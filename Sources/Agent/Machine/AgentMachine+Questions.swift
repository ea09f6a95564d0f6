internal import Model

/// What only reads: greeting, targets, preparation, status.
extension AgentMachine {
  mutating func hello(_ number: Int, _ version: Int, _ digests: [String: String]) -> [AgentEffect] {
    guard case .new = phase else {
      return [refuse(number, Refusal("hello has been said already"))]
    }
    guard version == AgentProtocol.version else {
      return [
        refuse(
          number,
          Refusal(
            "the runner speaks protocol \(version), this agent (\(JennerVersion.text)) "
              + "\(AgentProtocol.version)", cure: "install the same version of both programs"))
      ]
    }
    let own = catalog.schemaDigests(of: digests.keys)
    for (kind, digest) in digests.sorted(by: { $0.key < $1.key }) {
      guard let known = own[kind], known != digest else { continue }
      return [
        refuse(
          number,
          Refusal(
            "the runner and this agent (\(JennerVersion.text)) mean different things by '\(kind)'",
            cure: "install the same version of both programs"))
      ]
    }
    plannedKinds = Set(digests.keys).intersection(catalog.faults.keys)
    phase = .greeted
    return [
      reply(
        number,
        .hello(
          protocolVersion: AgentProtocol.version, facts: identity.facts, schemaDigests: own))
    ]
  }

  mutating func resolve(
    _ number: Int, _ selector: ProcessSelector, _ allowed: [String]
  ) -> [AgentEffect] {
    allowedProtected.formUnion(allowed)
    let selection = Selection(
      on: host, own: identity.process.pid, allowProtected: Array(allowedProtected))
    do throws(Refusal) {
      return [reply(number, .resolved(candidates: try selection.candidates(for: selector)))]
    } catch {
      return [refuse(number, error)]
    }
  }

  mutating func prepare(
    _ number: Int, _ step: Int, _ kind: String, _ parameters: JSON, _ targets: [ProcessIdentity]
  ) -> [AgentEffect] {
    guard ledger.step(step) == nil, injecting[step] == nil else {
      return [refuse(number, Refusal("step \(step) has been injected already"))]
    }
    do throws(Refusal) {
      guard let fault = try self.fault(kind, parameters) as? any ProcessFault else {
        throw Refusal("'\(kind)' does not hit processes")
      }
      let injection = try self.injection(of: fault, into: targets)
      prepared[step] = Prepared(
        kind: kind, aim: .processes(fault, targets), injection: injection)
      return [reply(number, .prepared(injection: injection))]
    } catch {
      return [refuse(number, error)]
    }
  }

  func fault(_ kind: String, _ parameters: JSON) throws(Refusal) -> any Fault {
    guard let type = catalog.faults[kind] else {
      throw Refusal(
        "this agent (\(JennerVersion.text)) knows no fault '\(kind.limited)'",
        cure: Suggestion.cure(for: kind, among: catalog.faults.keys.sorted()))
    }
    var reading = Reading(file: kind, catalog: catalog)
    let fault = type.read(Node(parameters), in: &reading)
    if let problem = reading.problems.first {
      throw Refusal("\(kind): \(problem.message)", cure: problem.cure)
    }
    guard let fault else { throw Refusal("\(kind): its parameters can't be read") }
    return fault
  }

  /// Why a process that another run holds by ptrace(2) is no target, where its lock does not say so:
  /// it may be in a directory of another mount namespace.
  ///
  /// A holder has this program's name also for users who may not see what it executes.
  private func refusal(ofHeld process: ProcessFacts) -> Refusal? {
    guard let holder = process.tracer.flatMap({ host.process($0) }),
      holder.programName == "jenner-agent",
      !ledger.steps.contains(where: { $0.intent.holder == holder.identity })
    else { return nil }
    let user = holder.userName ?? String(holder.userID)
    return Refusal(
      "process \(process.identity.pid) (\(process.programName)) is held by another run of Jenner, "
        + "of user \(user) (process \(holder.identity.pid))", cure: "wait until it has ended")
  }

  /// What a fault would do to these processes as they are now.
  func injection(
    of fault: any ProcessFault, into targets: [ProcessIdentity]
  ) throws(Refusal) -> Injection {
    guard targets.count <= Limits.listLength else {
      throw Refusal("\(targets.count) targets are more than \(Limits.listLength)")
    }
    let selection = Selection(
      on: host, own: identity.process.pid, allowProtected: Array(allowedProtected))
    var facts: [ProcessFacts] = []
    for target in targets {
      guard let process = host.process(target.pid), process.identity == target, !process.isDead
      else { throw Refusal("process \(target.pid) is gone", cure: "plan again") }
      if let refusal = selection.refusal(for: process) { throw refusal }
      // Before the fault looks at it: what the other run does to it would be blamed on someone else.
      if let run = ledgers.run(withTarget: target), run != ledger.run {
        throw Refusal(
          "process \(target.pid) is a target of another run, \(run)",
          cure: "wait until it has ended")
      }
      if let refusal = refusal(ofHeld: process) { throw refusal }
      facts.append(process)
    }
    return try fault.injection(into: facts, on: host)
  }

  mutating func inspect(_ number: Int, _ step: Int) -> [AgentEffect] {
    guard let prepared = prepared[step], ledger.step(step)?.isInjected ?? false else {
      return [refuse(number, Refusal("step \(step) has not been injected"))]
    }
    noteSelected(by: step)
    return [reply(number, .inspected(evidence: evidence(of: prepared, step, isEnding: true)))]
  }

  func status(_ number: Int, _ run: String) -> [AgentEffect] {
    if run == self.ledger.run { return [reply(number, .status(self.ledger.status))] }
    let ledger: LedgerState?
    do throws(Refusal) {
      ledger = try ledgers.ledger(ofRun: run)
    } catch {
      return [refuse(number, error)]
    }
    guard let other = ledger else {
      let none = LedgerStatus(run: run, isKnown: false, pending: [], proofs: [])
      return [reply(number, .status(none))]
    }
    var effects = [reply(number, .status(other.status))]
    // The runner has heard its end now, and nobody else needs it.
    if other.isClosed, other.isSettled { effects.append(.removeLedger(run: run)) }
    return effects
  }
}
