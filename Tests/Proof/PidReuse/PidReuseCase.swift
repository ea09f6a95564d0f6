import Glibc
import Linux
import Model

/// The target dies at a moment of a run, and its process id comes back as a stranger.
///
/// The stranger has the same command line and is stopped by its own will: whoever lets it go on, or
/// ends it, has touched it.
struct PidReuseCase: Codable, CustomStringConvertible {
  enum Moment: String, Codable, CaseIterable {
    /// The run has begun; nothing has been injected.
    case beforeInjection = "before the injection"
    case inForce = "in force"
  }

  /// Who undoes, or would have injected.
  enum Actor: String, Codable, CaseIterable {
    case agent
    /// The agent is killed.
    case guardian
    /// Everything is killed.
    case recover
  }

  var scenario: Scenario
  var undoClass: UndoClass
  var moment: Moment
  var actor: Actor

  var description: String { "\(scenario.name), \(moment.rawValue), \(actor.rawValue) acts" }

  func perform(in place: Place) throws -> JobResult {
    try JobResult.untilReached { try attempt(in: place) }
  }

  private func attempt(in place: Place) throws -> JobResult {
    let before = try place.prepare(for: scenario)
    var result = JobResult(isReached: false)
    var failure: (any Error)?
    let run = try place.start(scenario, watching: [.agent])
    let isOver = try run.follow(atMost: .seconds(30)) { stop in
      guard !result.isReached, isMoment(stop, place) else { return .goOn }
      result.isReached = true
      do {
        try place.target.replace()
        try strike(run, place)
      } catch {
        failure = error
      }
      return .leaveAlone
    }
    if let failure { throw failure }
    Ending(run, of: scenario, isOver: isOver, in: place).check(atMost: .seconds(30), &result)
    if result.isReached { try check(place, "the run's end", &result) }
    try Aftermath(scenario, before, in: place, isReplaced: result.isReached).check(&result)
    if result.isReached { try check(place, "recover", &result) }
    if result.isReached, actor == .agent, run.exitStatus(of: .runner) == 0 {
      result.problems.append("a run that lost its target passed: \(place.written)")
    }
    return result
  }

  private func isMoment(_ stop: TracedRun.Stop, _ place: Place) -> Bool {
    switch moment {
    case .beforeInjection: stop.point.name == "fsync" && stop.point.occurrence == 2
    case .inForce: Stage.isInForce(scenario, at: stop, in: place)
    }
  }

  private func strike(_ run: TracedRun, _ place: Place) throws {
    switch actor {
    case .agent: break
    case .guardian: for pid in run.living(.agent) { kill(pid, SIGKILL) }
    case .recover: try place.cgroup.killAtOnce()
    }
  }

  private func check(_ place: Place, _ when: String, _ result: inout JobResult) throws {
    if try !place.target.isHeld() {
      result.problems.append("the stranger was touched before \(when)")
    }
  }
}
