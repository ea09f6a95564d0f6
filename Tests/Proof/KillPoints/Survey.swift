import CTracer

/// A point of a run in which nothing was killed but what its stage takes.
struct SurveyedPoint: Codable {
  var point: CallPoint
  var process: Int32
  var thread: Int32
  /// Who could notice the call.
  var reach: CallReach
  /// Whether the dynamic loader makes it, before the program itself begins.
  var isOfLoader: Bool
  /// Who lived then.
  var living: Set<Role>
  /// How far the calls reach that it parts; nil if another point is the same moment (see ``Moments``).
  var moment: CallReach?

  /// Whether it is a moment of its own to those that outlive a kill.
  func isMoment(whenCallerDies dies: Bool) -> Bool {
    guard let moment else { return false }
    return moment >= (dies ? .others : .itself)
  }
}

/// Records the points of one role in one stage.
struct Survey: Codable {
  var scenario: Scenario
  var stage: Stage
  var role: Role

  /// A busy machine may miss so many ticks of a run this short that it is refused or inconclusive.
  private static let attempts = 5

  func perform(in place: Place) throws -> JobResult {
    for _ in 1..<Self.attempts {
      let result = try attempt(in: place)
      if result.problems.isEmpty { return result }
    }
    return try attempt(in: place)
  }

  private func attempt(in place: Place) throws -> JobResult {
    try place.renew(for: scenario)
    try place.clear()
    var result = JobResult()
    var calls = CallBook()
    let staged = try stage.perform(
      scenario, watching: role, in: place, atMost: .seconds(60)
    ) { run, stop in
      let living = Set(run.members.values.filter { $0.status == nil }.map(\.role))
      result.survey.append(calls.point(at: stop, living: living))
      return .goOn
    }
    guard let staged else {
      result.problems.append("the fault never was in force: \(place.written)")
      return result
    }
    if !staged.isOver { staged.run.abandon() }
    let status = staged.run.status(of: stage == .recovery ? .recover : .runner)
    if status != 0, stage != .takeover {
      result.problems.append("a run in which nothing is killed must pass: \(place.written)")
    }
    return result
  }
}

/// What is remembered of the calls of a run from one stop to the next.
private struct CallBook {
  private var reaches: [Int32: CallReach] = [:]
  private var loaders: [Int32: Loader] = [:]

  mutating func point(at stop: TracedRun.Stop, living: Set<Role>) -> SurveyedPoint {
    if stop.call.is_entry {
      reaches[stop.thread] = CallReach(of: stop.point.name, stop.call, in: stop.thread)
      loaders[stop.process, default: Loader(of: stop.process)].observe(stop.call)
    }
    return SurveyedPoint(
      point: stop.point, process: stop.process, thread: stop.thread,
      reach: reaches[stop.thread] ?? .others,
      isOfLoader: loaders[stop.process]?.isAtWork ?? false, living: living)
  }
}
