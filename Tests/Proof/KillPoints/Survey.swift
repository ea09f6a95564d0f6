import FoundationEssentials

/// A point of a run in which nothing was killed.
struct SurveyedPoint: Codable {
  var point: CallPoint
  /// Who lived then.
  var living: Set<Role>
  /// Whether it is after the first thing that the role wrote last on its standard output: what it said
  /// then is said, whatever becomes of it.
  var isAfterLastWord = false
}

/// Records the points of one role.
struct Survey {
  private let scenario: Scenario
  private let role: Role

  init(_ scenario: Scenario, _ role: Role) {
    self.scenario = scenario
    self.role = role
  }

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
    try place.renew()
    try place.clear()
    var result = JobResult()
    result.undoClass = try place.undoClass(of: scenario)
    let run = try place.start(scenario, watching: role)
    var lastWord = 0
    let isOver = try run.follow(atMost: .seconds(60)) { stop in
      let living = Set(run.members.values.filter { $0.status == nil }.map(\.role))
      result.survey.append(SurveyedPoint(point: stop.point, living: living))
      if stop.point.name == "write", stop.point.edge == .entry, stop.firstArgument == 1 {
        lastWord = result.survey.count
      }
      return .goOn
    }
    for index in result.survey.indices where index >= lastWord && lastWord > 0 {
      result.survey[index].isAfterLastWord = true
    }
    if !isOver { run.abandon() }
    if run.status(of: .runner) != 0 {
      result.problems.append("a run in which nothing is killed must pass: \(place.written)")
    }
    return result
  }
}
