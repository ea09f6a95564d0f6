public import Model
import Verdict

/// Resolves an experiment against real hosts, by reading alone.
public struct Planner<Dialogue: AgentDialogue> {
  private let experiment: Experiment
  private let catalog: Catalog
  private let sourceDigest: String
  private let seed: Int
  private var dialogue: Dialogue
  private var facts: [String: HostFacts] = [:]

  /// The name of this machine among the hosts.
  public static var local: String { "local" }

  /// Makes a planner.
  public init(
    experiment: Experiment, catalog: Catalog, sourceDigest: String, seed: Int, dialogue: Dialogue
  ) {
    self.experiment = experiment
    self.catalog = catalog
    self.sourceDigest = sourceDigest
    self.seed = seed
    self.dialogue = dialogue
  }

  /// The hosts whose agents an experiment needs, in the order of their first use.
  public static func hosts(of experiment: Experiment) -> [String] {
    var hosts: [String] = []
    for name in experiment.steps.filter(\.needsAgent).flatMap(\.hostNames)
      + experiment.rollbacks.map({ $0.host?.text ?? local })
      + experiment.hypothesis.probes.compactMap({ $0.host?.text })
    where !hosts.contains(name) { hosts.append(name) }
    return hosts
  }

  /// Asks every agent and puts the plan together.
  public mutating func plan() throws(PlanFailure) -> Plan {
    let hosts = Self.hosts(of: experiment)
    for host in hosts { try greet(host) }
    let timeline = Timeline(of: experiment.method)
    var steps: [PlannedStep] = []
    for (index, step) in experiment.steps.enumerated() {
      steps.append(try planned(step, index: index, timeline: timeline))
    }
    let plan = Plan(
      title: experiment.title, sourceDigest: sourceDigest, seed: seed,
      hosts: hosts.compactMap { host in
        facts[host].map {
          PlannedHost(name: host, command: dialogue.command(of: host), facts: $0)
        }
      },
      phases: experiment.plannedPhases(timeline),
      probes: experiment.hypothesis.probes.map { $0.planned(in: experiment) },
      steps: steps,
      rollbacks: experiment.rollbacks.map {
        PlannedRollback(
          name: $0.name, host: $0.host?.text ?? Self.local, command: $0.action.shownCommand)
      },
      stopConditions: experiment.stopConditions.map(\.shown), limits: experiment.limits,
      policy: experiment.policy)
    try plan.checkGuards(of: experiment, timeline: timeline)
    return plan
  }

  private mutating func greet(_ host: String) throws(PlanFailure) {
    // Only the plan's kinds: the agent keeps the capabilities that these need, and no other.
    let ours = catalog.schemaDigests(of: kinds)
    let reply = try dialogue.ask(
      .hello(protocolVersion: AgentProtocol.version, schemaDigests: ours), of: host)
    guard case .hello(let version, let facts, let theirs) = reply else {
      throw PlanFailure.unexpected(reply, from: host)
    }
    guard version == AgentProtocol.version else {
      throw PlanFailure(
        .refused,
        "the agent on \(host) speaks protocol \(version), this runner "
          + "\(AgentProtocol.version)",
        cure: "install the jenner-agent of version \(JennerVersion.text) there")
    }
    for kind in kinds.sorted() where theirs[kind] != ours[kind] {
      throw PlanFailure(
        .refused,
        theirs[kind] == nil
          ? "the agent on \(host) does not know '\(kind)'"
          : "the agent on \(host) understands '\(kind)' differently",
        cure: "install the jenner-agent of version \(JennerVersion.text) there")
    }
    self.facts[host] = facts
  }

  /// The kinds of fault, and of probes that observe from a host, as the catalog's digests name them.
  private var kinds: Set<String> {
    Set(
      experiment.steps.compactMap { $0.fault?.kind }
        + experiment.hypothesis.probes.filter { $0.host != nil }.map { "probe." + $0.kind })
  }

  private mutating func planned(
    _ step: Step, index: Int, timeline: Timeline
  ) throws(PlanFailure) -> PlannedStep {
    let place = timeline.entries[index]
    var planned = PlannedStep(
      index: index, group: place.group, name: step.name, kind: step.plannedKind,
      hosts: step.needsAgent ? step.hostNames : [],
      afterSeconds: experiment.delay(ofStep: index).seconds,
      forSeconds: step.lasts?.seconds, deadlineSeconds: experiment.deadline(of: place).seconds)
    planned.undo = step.undo?.shownCommand
    planned.expectations = step.expectations.map(\.shown)
    planned.command = step.action?.shownCommand
    planned.wait = step.wait?.shown
    if let fault = step.fault { planned.fault = try planFault(fault, of: step, index: index) }
    return planned
  }

  private mutating func planFault(
    _ declaration: FaultDeclaration, of step: Step, index: Int
  ) throws(PlanFailure) -> PlannedFault {
    let chosen = try choose(declaration, of: step, index: index)
    let peers = try separation(declaration, of: step, index: index)
    var injections: [PlannedInjection] = []
    for host in step.hostNames {
      let targets = chosen.filter { $0.host == host }.flatMap(\.processes)
      guard !targets.isEmpty || declaration.targets == nil else { continue }
      if let peers, peers[host, default: []].isEmpty { continue }
      let request =
        declaration.fault is any NetworkFault
        ? Request.prepareTraffic(
          step: index, fault: declaration.kind, parameters: declaration.parameters.json,
          selector: experiment.withAddresses(declaration.trafficSection?.json ?? [:]),
          peers: peers?[host] ?? [], beside: experiment.stepsBeside(index),
          allowProtected: experiment.policy.allowProtected)
        : .prepare(
          step: index, fault: declaration.kind, parameters: declaration.parameters.json,
          targets: targets.map(\.identity))
      let reply = try dialogue.ask(request, of: host)
      switch reply {
      case .prepared(let injection):
        injections.append(
          PlannedInjection(
            host: host, targets: targets.map(PlannedTarget.init), injection: injection))
      case .refused(let refusal):
        throw PlanFailure(
          .refused, "'\(step.name)' on \(host): \(refusal.message)", cure: refusal.cure,
          mark: step.mark)
      default: throw PlanFailure.unexpected(reply, from: host)
      }
    }
    if injections.isEmpty, declaration.resolution == .plan {
      throw PlanFailure(
        .usage, "'\(step.name)' would touch none of its hosts", cure: "list more hosts in 'host:'",
        mark: step.mark)
    }
    let type = Swift.type(of: declaration.fault)
    return PlannedFault(
      kind: declaration.kind, parameters: declaration.parameters.json,
      selector: declaration.targets, traffic: declaration.shownTraffic,
      resolution: declaration.resolution,
      undoClass: injections.map(\.injection.undoClass).min() ?? type.onlyUndo,
      capabilities: type.capabilities, tools: type.tools, injections: injections)
  }

  /// For a fault between the step's hosts: the addresses from which each is separated.
  private func separation(
    _ declaration: FaultDeclaration, of step: Step, index: Int
  ) throws(PlanFailure) -> [String: [String]]? {
    guard let fault = declaration.fault as? any NetworkFault else { return nil }
    let hosts = step.hostNames
    let grudges: [String: [String]]
    do throws(Refusal) {
      let seed = ProcessSelector.Pick.seed(seed, step: index)
      guard let found = try fault.separation(of: hosts, seed: seed) else { return nil }
      grudges = found
    } catch {
      throw PlanFailure(
        .usage, "'\(step.name)': \(error.message)", cure: error.cure, mark: step.mark)
    }
    var owners: [String: String] = [:]
    for host in hosts {
      guard let address = experiment.address(of: host) else {
        throw PlanFailure(
          .usage, "'\(step.name)' separates hosts, and '\(host)' has no address",
          cure: "add 'address:' to the host", mark: step.mark)
      }
      if let other = owners.updateValue(host, forKey: address) {
        throw PlanFailure(
          .usage, "'\(step.name)' separates hosts, and '\(other)' and '\(host)' have one address",
          cure: "give each host its own 'address:'", mark: step.mark)
      }
    }
    return grudges.mapValues { $0.compactMap(experiment.address) }
  }

  private mutating func choose(
    _ declaration: FaultDeclaration, of step: Step, index: Int
  ) throws(PlanFailure) -> [Candidate] {
    guard let selector = declaration.targets else { return [] }
    var candidates: [Candidate] = []
    for host in step.hostNames {
      let reply = try dialogue.ask(
        .resolve(selector: selector, allowProtected: experiment.policy.allowProtected), of: host)
      switch reply {
      case .resolved(let processes):
        candidates += processes.compactMap { Candidate(host: host, processes: $0) }
      case .refused(let refusal):
        throw PlanFailure(
          .refused, "'\(step.name)' on \(host): \(refusal.message)", cure: refusal.cure,
          mark: step.mark)
      default: throw PlanFailure.unexpected(reply, from: host)
      }
    }
    let seed = ProcessSelector.Pick.seed(seed, step: index)
    if let chosen = selector.pick.choose(from: candidates, seed: seed) { return chosen }
    // Whoever is to be hit may be started by an earlier step.
    if declaration.resolution == .step { return [] }
    throw PlanFailure.tooFew(candidates.count, selector: selector, step: step)
  }
}

extension Fault {
  /// The class of its undo where that is the same for all targets.
  fileprivate static var onlyUndo: UndoClass? {
    strongestUndo == UndoClass.none ? UndoClass.none : nil
  }
}

extension PlanFailure {
  static func unexpected(_ reply: Reply, from host: String) -> PlanFailure {
    if case .refused(let refusal) = reply {
      return PlanFailure(.refused, "\(host): \(refusal.message)", cure: refusal.cure)
    }
    return PlanFailure(.failed, "the agent on \(host) answered something else than was asked")
  }

  static func tooFew(_ count: Int, selector: ProcessSelector, step: Step) -> PlanFailure {
    let hosts = step.hostNames.joined(separator: ", ")
    guard count > 0 else {
      return PlanFailure(
        .refused,
        "'\(step.name)' would hit nothing: no process on \(hosts) matches "
          + selector.shown, cure: "start it, or mend the selector", mark: step.mark)
    }
    let cure =
      if case .share = selector.pick {
        "a share is rounded down; name a larger one, or a count"
      } else { "pick fewer" }
    return PlanFailure(
      .refused,
      "'\(step.name)' picks \(selector.pick.text) of \(count) matching processes, which "
        + "can't be done", cure: cure, mark: step.mark)
  }
}
