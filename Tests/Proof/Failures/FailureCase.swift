import Linux
import Model

/// One system call that fails, once or from then on.
struct FailureCase: Codable, CustomStringConvertible {
  var scenario: Scenario
  var undoClass: UndoClass
  var stage: Stage
  var watched: Role
  /// Its entry.
  var point: CallPoint
  var error: InjectedError
  /// Whether all later calls of the same name fail as well.
  var isForGood: Bool

  var description: String {
    let when = stage == .run ? "" : "\(stage.rawValue), "
    let what = "\(point.name) #\(point.occurrence) returns \(error.rawValue)"
    return "\(scenario.name), \(when)\(watched.rawValue): \(what)\(isForGood ? " for good" : "")"
  }

  /// What takes longer hangs; a runner waits a quarter of a minute for a ledger that nobody settles.
  private static let limit: Duration = .seconds(30)
  /// How long a guardian is watched that tries again what will never succeed.
  ///
  /// It does so once a second and for minutes; that is its duty, and no hang. Then it is killed.
  private static let patience: Duration = .seconds(3)

  private var triesAgain: Bool { isForGood && stage == .takeover && watched == .guardian }

  func perform(in place: Place) throws -> JobResult {
    try JobResult.untilReached { try attempt(in: place) }
  }

  private func attempt(in place: Place) throws -> JobResult {
    let before = try place.prepare(for: scenario)
    var result = JobResult(isReached: false)
    var wasHit = false
    let limit = triesAgain ? Self.patience : Self.limit
    let staged = try stage.perform(
      scenario, watching: watched, in: place, atMost: limit
    ) { _, stop in
      guard stop.point.edge == .entry, stop.point.name == point.name else { return .goOn }
      if stop.point.occurrence == point.occurrence {
        result.isReached = true
        wasHit = place.hasHit(scenario)
      }
      let fails =
        isForGood
        ? stop.point.occurrence >= point.occurrence : stop.point.occurrence == point.occurrence
      return fails ? .fail(error.number) : .goOn
    }
    if let staged {
      let isTryingAgain = triesAgain && !staged.isOver
      if isTryingAgain { staged.run.abandon() }
      Ending(staged.run, of: scenario, isOver: staged.run.isOver, in: place)
        .check(atMost: limit, &result)
      if !isTryingAgain {
        try check(staged.run, place, wasHit: wasHit, &result)
        if !mayStay {
          result.problems += try place.tracesOfFaults(
            since: before, mayLeaveLinks: mayLeaveLinks(result), after: .seconds(1))
        }
      }
    }
    try Aftermath(scenario, before, in: place).check(&result)
    return result
  }

  /// Either it was refused and nothing was touched, or it was undone: nobody has called `recover`.
  private func check(
    _ run: TracedRun, _ place: Place, wasHit: Bool, _ result: inout JobResult
  ) throws {
    if !scenario.endsTarget, !mayStay, try place.isHeld(by: scenario, longerThan: .seconds(1)) {
      result.problems.append("the fault is still in force, and nobody is left to end it")
    }
    guard let status = run.exitStatus(of: .runner) else { return }
    result.runnerStatus = status
    // Who is refused is told that nothing was broken.
    if ![0, 3, 5].contains(status), status != 4 || wasHit {
      result.problems.append("the runner ended with \(status): \(place.written)")
    }
  }

  /// Whether the fault may last until `recover`: whoever was left to end it may not be able to.
  private var mayStay: Bool { stage != .run && undoClass == .guardian }

  /// Whether an inert device may stay until `recover`, which the run must have said.
  private func mayLeaveLinks(_ result: JobResult) -> Bool {
    stage != .run || result.runnerStatus == 5
  }
}
