import Glibc
import Linux
import Model

/// One kill at one point of one run.
struct KillCase: Codable, CustomStringConvertible {
  var scenario: Scenario
  var undoClass: UndoClass
  var stage: Stage
  /// Whose system calls are counted.
  var watched: Role
  var point: CallPoint
  var scope: Scope

  var description: String {
    let when = stage == .run ? "" : "\(stage.rawValue), "
    return "\(scenario.name), \(when)\(watched.rawValue): \(point), killed: \(scope.rawValue)"
  }

  /// Beyond any deadline in an experiment of the proof.
  private static let limit: Duration = .seconds(30)
  /// The deadline of a fault of the proof, and two seconds.
  private static let deadline: Duration = .seconds(13)

  func perform(in place: Place) throws -> JobResult {
    try JobResult.untilReached { try attempt(in: place) }
  }

  private struct Kill {
    var time: Duration
    /// Whether the target was held then.
    var isHeld: Bool
    /// Whether it was hit by then.
    var wasHit: Bool
    /// Whether an agent that is watched had told its runner that the fault is undone.
    var isAfterProof: Bool
  }

  private func attempt(in place: Place) throws -> JobResult {
    let before = try place.prepare(for: scenario)
    var result = JobResult(isReached: false)
    var failure: (any Error)?
    var killed: Kill?
    var isAfterProof = false
    let staged = try stage.perform(
      scenario, watching: watched, in: place, atMost: Self.limit
    ) { run, stop in
      isAfterProof = isAfterProof || stop.tellsOfUndo
      guard stop.point == point else { return .goOn }
      let isHeld = place.seemsHeld(by: scenario)
      let wasHit = place.hasHit(scenario)
      do { try scope.kill(run, in: place) } catch { failure = error }
      killed = Kill(time: EventLoop.now, isHeld: isHeld, wasHit: wasHit, isAfterProof: isAfterProof)
      return .leaveAlone
    }
    if let failure { throw failure }
    result.isReached = killed != nil
    if let staged {
      Ending(staged.run, of: scenario, isOver: staged.isOver, in: place)
        .check(atMost: Self.limit, &result)
      try check(staged.run, place, killed, &result)
      if !mayStay {
        result.problems += try place.tracesOfFaults(
          since: before, mayLeaveLinks: mayLeaveLinks, after: .seconds(1))
      }
    }
    try Aftermath(scenario, before, in: place).check(&result)
    return result
  }

  /// What must hold before anyone calls `recover`.
  private func check(
    _ run: TracedRun, _ place: Place, _ killed: Kill?, _ result: inout JobResult
  ) throws {
    if let killed, EventLoop.now - killed.time > Self.deadline, !mayStayUnproved {
      result.problems.append("its end took \(EventLoop.now - killed.time)")
    }
    // The kernel gets a second to schedule what it resumes.
    if !scenario.endsTarget, !mayStay, try place.isHeld(by: scenario, longerThan: .seconds(1)) {
      result.problems.append("the fault is still in force, and nobody is left to end it")
    }
    guard !scope.victims.contains(.runner), let status = run.exitStatus(of: .runner) else { return }
    result.runnerStatus = status
    // Where somebody was left to undo, that it was undone can be proved.
    let known: [Int32] =
      [3] + (mayPass(killed) ? [0] : []) + (mayStayUnproved ? [5] : [])
      // Who is refused is told that nothing was broken.
      + (killed?.wasHit ?? false ? [] : [4])
    if !known.contains(status) {
      result.problems.append("the runner ended with \(status): \(place.written)")
    }
  }

  /// Whether the run may still pass: not where the agent was lost before it had proved the undo.
  private func mayPass(_ killed: Kill?) -> Bool {
    guard let killed else { return true }
    if stage == .takeover { return false }
    guard scope.victims.contains(.agent) else { return true }
    return !killed.isHeld && (watched != .agent || killed.isAfterProof)
  }

  /// Whether nobody was left to act before `recover`.
  private var isGuardianLost: Bool {
    stage != .run && scope.victims.contains(.guardian)
  }

  /// Whether somebody may have been left who could not prove the undo.
  private var mayStayUnproved: Bool { isGuardianLost || scope == .clearing }

  /// Whether the fault may last until `recover`: of guardian class, with agent and guardian gone.
  private var mayStay: Bool { undoClass == .guardian && isAbandoned }

  /// Whether an inert device may stay until `recover`.
  private var mayLeaveLinks: Bool { isAbandoned || scope == .clearing }

  /// Whether agent and guardian are gone.
  private var isAbandoned: Bool {
    switch stage {
    case .run: return scope == .everything
    case .takeover: return scope.victims.contains(.guardian)
    case .recovery: return true
    }
  }
}
