import Model
import Verdict

extension Step {
  /// Whether the step is carried out by an agent.
  var needsAgent: Bool {
    switch content {
    case .fault, .action: true
    case .wait, .together: false
    }
  }

  /// The names of the hosts that it acts on.
  var hostNames: [String] {
    hosts.isEmpty ? ["local"] : hosts.map(\.text)
  }

  var plannedKind: PlannedStep.Kind {
    switch content {
    case .fault: .fault
    case .action: .run
    case .wait, .together: .wait
    }
  }
}

extension Action {
  /// The command as a plan may show it: secrets in its environment and input are names.
  var shownCommand: Command {
    var command = command
    for (name, text) in secretEnvironment { command.environment[name] = text.shown }
    if let secretInput { command.input = secretInput.shown }
    return command
  }
}

extension MetricLimit {
  /// The limit in words, such as `p95 at most 300 ms`.
  var shown: String {
    let words = bounds.map { bound in
      let amount = bound.shown(for: metric)
      return switch bound.direction {
      case .minimum: "at least \(amount)"
      case .maximum: "at most \(amount)"
      case .below: "below \(amount)"
      case .above: "above \(amount)"
      }
    }
    return "\(metric.name) " + words.joined(separator: " and ")
  }
}

extension ProbeCondition {
  var shown: String { "\(probe.text): " + limits.map(\.shown).joined(separator: ", ") }
}

extension Expectation {
  var shown: String { "\(condition.shown) within \(within.text)" }
}

extension StopCondition {
  var shown: String { condition.shown + (over.map { " over \($0.text)" } ?? "") }
}

extension Wait {
  var shown: String {
    guard let until else { return duration.text }
    return "until \(until.shown), at most \(duration.text)"
  }
}

extension Experiment {
  /// What injecting, verifying and undoing may take beyond the planned times.
  private static var margin: Duration { .seconds(10) }

  /// How long after its injection the agent ends a step's effect without being told.
  ///
  /// The last sample of an expectation may come as late as its probe's timeout, and a fault that
  /// lasts until the method ends waits for it.
  func deadline(of entry: Timeline.Entry) -> Duration {
    let timeouts = hypothesis.probes.map(\.probe.timeout)
    let samples = entry.lastsUntilMethodEnds ? (timeouts.max() ?? .zero) + .seconds(1) : .zero
    return entry.longest + samples + Self.margin
  }
}

extension Plan {
  /// The capabilities that the actions, undos and rollbacks of a host list.
  func actionCapabilities(on host: String) -> [String] {
    let own = steps.filter { $0.hosts.contains(host) }
    let commands =
      own.compactMap(\.command) + own.compactMap(\.undo)
      + rollbacks.filter { $0.host == host }.map(\.command)
    return Set(commands.flatMap(\.capabilities)).sorted()
  }
}

extension ProbeDeclaration {
  func planned(in experiment: Experiment) -> PlannedProbe {
    PlannedProbe(
      name: name.text, kind: kind, section: section.json, host: host?.text, every: every,
      timeout: probe.timeout, tolerance: tolerance?.limits.map(\.shown) ?? [],
      whileFaulted: whileFaulted.map { faulted in
        (faulted.within > .zero ? ["judged from \(faulted.within.text) after the fault"] : [])
          + faulted.limits.map(\.shown)
      } ?? [],
      canShow: Feasibility.canShow(self, in: experiment))
  }
}

extension Experiment {
  /// How long after its turn a step begins: its own `after`, and before it that of its group.
  func delay(ofStep index: Int) -> Duration {
    var position = 0
    for entry in method {
      guard case .together(let steps) = entry.content else {
        if position == index { return entry.after }
        position += 1
        continue
      }
      if index < position + steps.count { return entry.after + steps[index - position].after }
      position += steps.count
    }
    return .zero
  }

  /// The phases with the times at which they start if nothing is early, and how long they may take.
  func plannedPhases(_ timeline: Timeline) -> [PlannedPhase] {
    var phases = [PlannedPhase(name: "baseline", start: 0, atMost: hypothesis.baseline.seconds)]
    var start = hypothesis.baseline.seconds
    func add(_ name: String, _ length: Double) {
      phases.append(PlannedPhase(name: name, start: start, atMost: length))
      start += length
    }
    guard !method.isEmpty else { return phases }
    add("method", timeline.methodLongest.seconds)
    let undos = steps.compactMap(\.undo)
    if steps.contains(where: \.needsAgent) {
      add("undo", undos.map(\.command.timeoutSeconds).reduce(0, +))
    }
    if !rollbacks.isEmpty {
      add("rollbacks", rollbacks.map(\.action.command.timeoutSeconds).reduce(0, +))
    }
    add("recovery", (hypothesis.recovery.within + hypothesis.recovery.holds).seconds)
    return phases
  }
}

extension Experiment {
  /// The address of a host, if the file gives it one.
  func address(of host: String) -> String? {
    hosts.first { $0.name == host }?.address
  }

  /// The steps before one whose faults may be in force at the same time: those of its group, and those
  /// that last until the method ends.
  func stepsBeside(_ index: Int) -> [Int] {
    var beside: [Int] = []
    var position = 0
    for entry in method {
      let steps = entry.flattened
      let numbers = position..<position + steps.count
      let isSameGroup = numbers.contains(index)
      for (number, step) in zip(numbers, steps)
      where number < index && step.fault != nil && (isSameGroup || step.lasts == nil) {
        beside.append(number)
      }
      position += steps.count
    }
    return beside
  }

  /// A traffic selector in which the hosts of the file stand with their addresses.
  func withAddresses(_ selector: JSON) -> JSON {
    func replaced(_ value: JSON) -> JSON {
      switch value {
      case .string(let name): address(of: name).map(JSON.string) ?? value
      case .array(let elements): .array(elements.map(replaced))
      default: value
      }
    }
    guard case .object(var members) = selector else { return selector }
    for key in ["to", "from", "between"] { members[key] = members[key].map(replaced) }
    return .object(members)
  }
}

extension FaultDeclaration {
  /// The traffic in words; nil for a fault on processes.
  var shownTraffic: String? {
    fault is any NetworkFault ? traffic?.shown ?? "as the fault says" : nil
  }
}
