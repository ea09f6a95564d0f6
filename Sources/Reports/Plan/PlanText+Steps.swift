internal import Model

extension PlanPage {
  /// More targets than this are counted; the plan as JSON has them all.
  private static let targetLimit = 100

  mutating func addSteps(_ steps: [PlannedStep]) {
    heading("Method")
    if steps.isEmpty { add(2, "no steps: it only observes") }
    for step in steps {
      let isTogether = steps.contains { $0.group == step.group && $0.index != step.index }
      addHead(of: step, isTogether: isTogether)
      if let fault = step.fault { add(fault) }
      if let command = step.command {
        add(5, "runs", command.shown)
        addNeeds(5, of: command)
      }
      if let undo = step.undo {
        add(5, "own undo", undo.shown)
        addNeeds(5, of: undo)
      }
      if let wait = step.wait { add(5, "waits", wait) }
      for expectation in step.expectations { add(5, "expects", expectation) }
    }
  }

  private mutating func addHead(of step: PlannedStep, isTogether: Bool) {
    let kind =
      switch step.kind {
      case .fault: "fault \(step.fault?.kind ?? "")"
      case .run: "action"
      case .wait: "wait"
      }
    let hosts = step.hosts.isEmpty ? "" : " on " + step.hosts.joined(separator: ", ")
    let title = "\(step.index + 1).".padded(to: 2) + " " + step.name.plain(limit: 100)
    add("  " + style.paint(title, .strong) + ("  (" + kind + hosts + ")").plain())
    if isTogether {
      add(5, "starts", "together with the others of its group" + delay(step, ", "))
    } else if step.afterSeconds > 0 {
      add(5, "starts", delay(step, ""))
    }
    guard step.kind != .wait else { return }
    let length = step.forSeconds.map { "for " + Amounts.span($0) } ?? "until the method ends"
    add(5, "lasts", length)
    if step.kind == .fault, step.deadlineSeconds > 0 {
      add(
        5, "deadline",
        "\(Amounts.span(step.deadlineSeconds)) after its injection the agent undoes it unasked")
    }
  }

  private func delay(_ step: PlannedStep, _ separator: String) -> String {
    step.afterSeconds > 0 ? "\(separator)\(Amounts.span(step.afterSeconds)) after its turn" : ""
  }

  private mutating func add(_ fault: PlannedFault) {
    if fault.parameters != .object([:]) { add(5, "with", Self.shown(fault.parameters)) }
    if let selector = fault.selector {
      let moment =
        fault.resolution == .plan
        ? "chosen now" : "chosen when the step comes; today's matches are shown"
      add(5, "targets", "\(selector.shown) (\(moment))")
    }
    if let traffic = fault.traffic { add(5, "traffic", traffic) }
    for injection in fault.injections { add(injection) }
    add(
      5, "undo class",
      fault.undoClass.map { "\($0.rawValue): \($0.explained)" }
        ?? "known when the step comes; one that the policy does not allow is refused then")
    if !fault.capabilities.isEmpty {
      let others = fault.traffic == nil ? " for processes of other users" : ""
      add(5, "needs", fault.capabilities.joined(separator: ", ") + others)
    }
    if !fault.tools.isEmpty { add(5, "tools", fault.tools.joined(separator: ", ")) }
  }

  private mutating func add(_ injection: PlannedInjection) {
    let count = Amounts.count(injection.targets.count, "process", plural: "processes")
    add(5, "on", injection.targets.isEmpty ? injection.host : "\(injection.host), \(count)")
    for target in injection.targets.prefix(Self.targetLimit) {
      add(
        7,
        "process \(target.process.pid) of \(target.user), started at tick "
          + "\(target.process.startTime): \(target.shown)", limit: 240)
    }
    if injection.targets.count > Self.targetLimit {
      add(7, "… \(injection.targets.count - Self.targetLimit) more; --format json has them all")
    }
    for line in injection.injection.effects.flatMap(\.shown).prefix(Self.targetLimit) {
      add(7, "does", line, limit: 2_000)
    }
    for undo in injection.injection.undo.reversed().prefix(Self.targetLimit) {
      add(7, "undo", undo.shown)
    }
    if let note = injection.injection.note { add(7, "note", note) }
  }

  mutating func addProbes(_ probes: [PlannedProbe]) {
    heading("Probes")
    for probe in probes {
      let place = probe.host.map { " on \($0)" } ?? ""
      add(
        2,
        "\(probe.name): \(probe.kind)\(place), every \(Amounts.span(probe.everySeconds)), "
          + "timeout \(Amounts.span(probe.timeoutSeconds))")
      add(4, "asks", Self.shown(probe.section))
      if probe.tolerance.isEmpty { add(4, "must hold", "nothing; it only observes") }
      for line in probe.tolerance { add(4, "must hold", line) }
      for line in probe.whileFaulted { add(4, "faulted", line) }
      for line in probe.canShow { add(4, "can show", line) }
    }
  }

  /// Parameters in one line: `delay: 200ms, jitter: 20ms`.
  static func shown(_ value: JSON) -> String {
    switch value {
    case .object(let members):
      members.sorted { $0.key < $1.key }.map { name, value in
        if case .object = value { return "\(name): {\(shown(value))}" }
        return "\(name): \(shown(value))"
      }.joined(separator: ", ")
    case .array(let elements):
      "[" + elements.map { shown($0) }.joined(separator: ", ") + "]"
    case .string(let text): text
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let value): "\(value)"
    }
  }
}
