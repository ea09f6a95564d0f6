internal import Model

/// From a plan to a run: locks, ledger, privileges, guardian.
extension AgentMachine {
  mutating func allow(_ number: Int, _ capabilities: [String]) -> [AgentEffect] {
    guard case .greeted = phase, !isConfined else {
      return [refuse(number, Refusal("capabilities are allowed before begin and watch"))]
    }
    allowedCapabilities.formUnion(capabilities)
    return [reply(number, .armed)]
  }

  mutating func begin(
    _ number: Int, run: String, title: String, limit: Duration
  ) -> [AgentEffect] {
    guard case .greeted = phase else {
      return [refuse(number, Refusal("the run has begun already"))]
    }
    guard RunName.isValid(run) else {
      return [refuse(number, Refusal("'\(run.limited)' is no name of a run"))]
    }
    phase = .beginning(number: number)
    begun = (run, title.limited, limit)
    return [.recover]
  }

  /// Nothing of an earlier run may still be in force when a new one begins.
  mutating func recovered(_ result: CommandResult, at now: Duration) -> [AgentEffect] {
    guard case .beginning(let number) = phase, let begun else { return [] }
    guard result.isSuccess else {
      return abandon(
        number,
        Refusal(
          "an earlier run left something on this host that could not be undone: "
            + (result.errors + result.output).limited,
          cure: "see 'jenner residue' and 'jenner recover'"))
    }
    current = (number, nil)
    let targets = Set(prepared.values.flatMap(\.targets))
    let entry = LedgerEntry.opened(
      run: begun.run, title: begun.title, bootID: identity.bootID,
      pidNamespace: identity.pidNamespace, agent: identity.process,
      deadline: (now + begun.limit).nanoseconds)
    ledger.apply(entry)
    let places = prepared.values.flatMap(trafficKeys).sorted()
    return [.lock(targets.sorted(), run: begun.run)]
      + (places.isEmpty ? [] : [.lockTraffic(places, run: begun.run)])
      + [.openLedger(run: begun.run, entry)] + confine() + [.startGuardian]
  }

  /// Drops what the plan does not need, before this process has a second thread or any effect.
  mutating func confine() -> [AgentEffect] {
    guard !isConfined else { return [] }
    isConfined = true
    return [.keepCapabilities(capabilities)]
  }

  /// Probes observe in other threads, and capabilities belong to threads: so they are dropped first.
  mutating func watch(
    _ number: Int, _ probe: Int, _ kind: String, _ section: JSON
  ) -> [AgentEffect] {
    current = (number, nil)
    return confine() + [.watch(number: number, probe: probe, kind: kind, section: section)]
  }

  /// What the plan's faults declare and its actions list.
  var capabilities: Set<String> {
    plannedKinds.reduce(into: allowedCapabilities) { all, kind in
      all.formUnion(catalog.faults[kind]?.capabilities ?? [])
    }
  }

  mutating func guardianReady(_ process: ProcessIdentity, _ notes: [String]) -> [AgentEffect] {
    isGuarded = true
    let entry = note(.guardian(process))
    guard case .beginning(let number) = phase else { return [entry] }
    phase = .begun
    current = (number, nil)
    return [entry, reply(number, .begun(notes: notes))]
  }

  /// Without a guardian nothing would end the faults if this process were killed next: another is
  /// started, and nothing is injected until it is ready.
  mutating func guardianLost(at now: Duration) -> [AgentEffect] {
    // One that ends before it is ready would do so again and again.
    let wasGuarded = isGuarded
    isGuarded = false
    switch phase {
    case .beginning(let number):
      return abandon(number, Refusal("the guardian ended before it was ready"))
    case .begun: return wasGuarded ? [.startGuardian] : end(number: nil, at: now)
    case .ending: return dismissed()
    case .new, .greeted, .over: return []
    }
  }

  /// Undoes a `begin` that failed half-way; nothing had been touched.
  mutating func abandon(_ number: Int, _ refusal: Refusal) -> [AgentEffect] {
    phase = .over
    current = nil
    return [.closeLedger(remove: true), refuse(number, refusal), .exit]
  }

  mutating func arm(_ number: Int, _ rollbacks: [Command]) -> [AgentEffect] {
    guard isBegun else { return [refuse(number, Refusal("rollbacks are armed after begin"))] }
    guard ledger.steps.isEmpty, ledger.rollbacks.isEmpty else {
      return [refuse(number, Refusal("rollbacks are armed once, before the first effect"))]
    }
    current = (number, nil)
    return [append(.armed(rollbacks: rollbacks)), reply(number, .armed)]
  }

  /// An effect failed, and with it the request that it belongs to.
  mutating func failed(
    _ effect: FailedEffect, _ refusal: Refusal, at now: Duration
  ) -> [AgentEffect] {
    if case .beginning(let number) = phase { return abandon(number, refusal) }
    // A guardian could not be started again: we can no longer promise to leave nothing behind.
    if effect == .guardian { return end(number: nil, at: now) }
    guard let (number, step) = current else { return [] }
    current = nil
    guard let step else {
      if effect == .ledger { ledger.forgetRollbacks() }
      return [refuse(number, refusal)]
    }
    let hasHolder = prepared[step]?.injection.needsHolder ?? false
    injecting[step] = nil
    acting[step] = nil
    ledger.forgetIntent(ofStep: step)
    return (hasHolder ? [.endHolder(step: step)] : []) + [refuse(number, refusal)]
  }
}

/// The names of runs, which are file names too.
public enum RunName {
  /// Whether a text can be the name of a run: 1 to 100 letters, digits, `.`, `_` and `-`, not
  /// beginning with a dot.
  public static func isValid(_ text: String) -> Bool {
    (1...100).contains(text.utf8.count) && !text.hasPrefix(".")
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
