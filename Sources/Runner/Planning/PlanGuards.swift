import Model
import Verdict

extension Plan {
  /// Refuses what the experiment's own limits and policy do not allow.
  func checkGuards(of experiment: Experiment, timeline: Timeline) throws(PlanFailure) {
    let faults = steps.compactMap(\.fault)
    let hit = Set(
      faults.flatMap(\.injections).flatMap { injection in
        injection.targets.map { "\(injection.host)/\($0.process.pid)/\($0.process.startTime)" }
      })
    let hostsHit = Set(steps.flatMap(\.hostsHit))
    if let ceiling = limits.targets, hit.count + hostsHit.count > ceiling {
      throw PlanFailure(
        .refused,
        "the plan hits \(hit.count) process\(hit.count == 1 ? "" : "es") on \(hostsHit.count) "
          + "host\(hostsHit.count == 1 ? "" : "s"), more than the limit of \(ceiling) targets, which "
          + "counts both", cure: "pick fewer, or raise limits.targets")
    }
    if let required = policy.requireUndo {
      for step in steps {
        // Where nobody is there yet whom the step would hit, it is judged when it comes.
        guard let undoClass = step.fault?.undoClass, undoClass < required else { continue }
        throw PlanFailure(
          .refused,
          "'\(step.name)' has an undo of class \(undoClass.rawValue); the policy requires "
            + required.rawValue, cure: "choose another fault, or relax policy.require-undo",
          mark: experiment.steps[step.index].mark)
      }
    }
    for (index, rollback) in rollbacks.enumerated().dropFirst()
    where rollback.host != rollbacks[index - 1].host
      && rollbacks[..<index].contains(where: { $0.host == rollback.host })
    {
      throw PlanFailure(
        .usage,
        "rollbacks of '\(rollback.host)' stand before and after those of another host, and each host "
          + "runs its own in one go", cure: "put the rollbacks of one host together",
        mark: experiment.rollbacks[index].mark)
    }
    let longest = experiment.hypothesis.baseline + timeline.methodLongest
    if longest > limits.duration {
      throw PlanFailure(
        .usage,
        "baseline and method may take \(longest.text), longer than the limit of "
          + limits.duration.text, cure: "shorten them, or raise limits.duration")
    }
  }
}

extension PlannedStep {
  /// The hosts that a fault hits; all of them where its targets are chosen only when the step comes.
  fileprivate var hostsHit: [String] {
    guard let fault else { return [] }
    return fault.injections.isEmpty ? hosts : fault.injections.map(\.host)
  }
}
