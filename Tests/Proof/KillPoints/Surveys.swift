import ArgumentParser

/// What runs in which nothing is killed have in common: the points at which something can be tried.
struct Surveys {
  /// One role of one scenario in one stage.
  struct Part {
    var scenario: Scenario
    var undoClass: UndoClass
    var stage: Stage
    var role: Role
    var points: [SurveyedPoint]
    /// Whether the role has several threads in one process.
    var isThreaded: Bool
  }

  /// How many runs must all have a point for it to be tried: with threads and timers no two make quite
  /// the same calls.
  static let usualCount = 4

  /// Surveys what is asked for, everything at once.
  static func parts(
    _ scenarios: [Scenario], stages: [Stage] = Stage.allCases, roles: [Role],
    surveys count: Int = usualCount, with workers: Workers
  ) throws -> [Part] {
    let surveys = scenarios.flatMap { scenario in
      // A target that is gone at once leaves nothing to take over.
      stages.filter { $0 == .run || !scenario.endsTarget }.flatMap { stage in
        stage.roles.filter { roles.contains($0) && scenario.roles.contains($0) }.map {
          Survey(scenario: scenario, stage: stage, role: $0)
        }
      }
    }
    var classes: [Scenario: UndoClass] = [:]
    for scenario in scenarios { classes[scenario] = try workers.undoClass(of: scenario) }
    let results = try workers.perform(
      surveys.flatMap { Array(repeating: Job.survey($0), count: count) })
    if let problem = results.lazy.flatMap(\.problems).first { throw ValidationError(problem) }
    return surveys.enumerated().compactMap { index, survey in
      classes[survey.scenario].map {
        part(survey, $0, results[index * count..<(index + 1) * count].map(\.survey))
      }
    }
  }

  private static func part(
    _ survey: Survey, _ undoClass: UndoClass, _ runs: [[SurveyedPoint]]
  ) -> Part {
    let points = common(runs)
    let part = Part(
      scenario: survey.scenario, undoClass: undoClass, stage: survey.stage, role: survey.role,
      points: points, isThreaded: runs.contains(where: Moments.areThreaded))
    note(
      "\(part.scenario.name), \(undoClass.rawValue) class, \(part.stage.rawValue): "
        + "\(points.count) points of \(part.role.rawValue)"
        + (part.isThreaded ? ", which has threads" : ""))
    return part
  }

  /// The points that all surveys have, in the order of the first; who lived there in all of them.
  private static func common(_ surveys: [[SurveyedPoint]]) -> [SurveyedPoint] {
    guard let first = surveys.first else { return [] }
    let others = surveys.dropFirst().map { survey in
      Dictionary(survey.map { ($0.point, $0) }) { first, _ in first }
    }
    let points = first.compactMap { point in
      others.reduce(point) { common, other in
        guard var common, let same = other[point.point] else { return nil }
        common.living.formIntersection(same.living)
        // Where two runs make their calls in another order, one name may stand for two.
        common.reach = max(common.reach, same.reach)
        common.isOfLoader = common.isOfLoader && same.isOfLoader
        return common
      }
    }
    return withMoments(points, in: first)
  }

  /// Says of the points that all surveys have what moments they are of the first one.
  private static func withMoments(
    _ points: [SurveyedPoint], in first: [SurveyedPoint]
  ) -> [SurveyedPoint] {
    let common = Dictionary(points.map { ($0.point, $0) }) { first, _ in first }
    let run = first.map { common[$0.point] ?? $0 }
    let moments = zip(run, Moments(run, common: Set(common.keys)).reaches)
    return moments.filter { common[$0.0.point] != nil }.map { point, moment in
      var point = point
      point.moment = moment
      return point
    }
  }
}
