import Model

/// Targets that are chosen only when their step comes: `resolve: step`.
extension RunMachine {
  /// Asks every host of the step who is there now.
  mutating func resolve(_ index: Int) {
    let plan = steps[index].plan
    guard let selector = plan.fault?.selector else { return }
    steps[index].candidates = []
    steps[index].state = .resolving(Set(plan.hosts))
    let allowed = specification.plan.policy.allowProtected
    for host in plan.hosts {
      ask(
        .resolve(selector: selector, allowProtected: allowed), of: host, as: .resolve(step: index))
    }
    dropLostHosts(of: index)
  }

  mutating func takeResolved(_ candidates: [[ProcessFacts]], step index: Int, host: String) {
    steps[index].candidates += candidates.compactMap { Candidate(host: host, processes: $0) }
    steps[index].answer(.resolution, from: host)
  }

  /// Chooses among those who are there, as the plan would, and asks what the fault would do to them.
  mutating func choose(_ index: Int) {
    let plan = steps[index].plan
    guard let fault = plan.fault, let selector = fault.selector else { return }
    let seed = ProcessSelector.Pick.seed(specification.plan.seed, step: index)
    let candidates = steps[index].candidates
    guard let chosen = selector.pick.choose(from: candidates, seed: seed) else {
      refuseChoice(
        of: index,
        "\(candidates.count) processes match now; pick \(selector.pick.text) can't be "
          + "done")
      return
    }
    let hosts = Set(chosen.map(\.host))
    let count = chosen.map(\.processes.count).reduce(hosts.count, +)
    if let ceiling = specification.plan.limits.targets, count > ceiling {
      refuseChoice(of: index, "it would hit \(count) targets now; the limit is \(ceiling)")
      return
    }
    steps[index].plan.fault?.injections = []
    steps[index].candidates = chosen
    steps[index].state = .preparing(hosts)
    for host in hosts.sorted() {
      let targets = chosen.filter { $0.host == host }.flatMap(\.processes).map(\.identity)
      ask(
        .prepare(step: index, fault: fault.kind, parameters: fault.parameters, targets: targets),
        of: host, as: .prepare(step: index))
    }
    dropLostHosts(of: index)
  }

  mutating func takePrepared(_ injection: Injection, step index: Int, host: String) {
    let targets = steps[index].candidates.filter { $0.host == host }.flatMap(\.processes)
    steps[index].plan.fault?.injections.append(
      PlannedInjection(
        host: host, targets: targets.map(PlannedTarget.init), injection: injection))
    // The plan told of those who were there then; these may be undone by others.
    let classes = steps[index].plan.fault?.injections.map(\.injection.undoClass) ?? []
    if let weakest = classes.min() { steps[index].plan.fault?.undoClass = weakest }
    if let required = specification.plan.policy.requireUndo, injection.undoClass < required {
      refuseResolution(
        of: index, Self.weakUndo(of: injection, required: required), host: host)
      return
    }
    steps[index].answer(.preparation, from: host)
  }

  private static func weakUndo(of injection: Injection, required: UndoClass) -> String {
    let why = injection.note.map { " (\($0))" } ?? ""
    return "its undo there is of class \(injection.undoClass.rawValue)\(why); the policy requires "
      + "\(required.rawValue); choose other targets, or relax policy.require-undo"
  }

  mutating func refuseResolution(of index: Int, _ reason: String, host: String) {
    steps[index].answer(from: host)
    refuseChoice(of: index, "\(host): \(reason)")
  }

  /// A fault without targets is not in force; nothing was touched by it.
  mutating func refuseChoice(of index: Int, _ reason: String) {
    guard phase == .method, steps[index].hasTouchedNothing else { return }
    let plan = steps[index].plan
    steps[index].state = .done
    var fault = FaultRecord(
      step: plan.name, kind: plan.fault?.kind ?? "", host: plan.hosts.first ?? "", targets: [],
      undoClass: plan.fault?.undoClass ?? .none, requested: plan.fault?.selector?.shown ?? "",
      requestedSeconds: plan.forSeconds)
    fault.achieved = reason
    record.faults.append(fault)
    tell("fault.not-in-force", reason, step: plan.name)
    stop("'\(plan.name)' was not in force: \(reason)", ended: .stopped)
  }
}
