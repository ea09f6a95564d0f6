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
  }

  /// How many runs must all have a point for it to be tried: with threads and timers no two make quite
  /// the same calls.
  static let usualCount = 4

  /// Surveys what is asked for.
  static func parts(
    _ scenarios: [Scenario], stages: [Stage] = Stage.allCases, roles: [Role],
    surveys count: Int = usualCount, with workers: Workers
  ) throws -> [Part] {
    var parts: [Part] = []
    for scenario in scenarios {
      // A target that is gone at once leaves nothing to take over.
      for stage in stages where stage == .run || !scenario.endsTarget {
        for role in stage.roles where roles.contains(role) {
          parts.append(try part(scenario, stage, role, count, with: workers))
        }
      }
    }
    return parts
  }

  private static func part(
    _ scenario: Scenario, _ stage: Stage, _ role: Role, _ count: Int, with workers: Workers
  ) throws -> Part {
    let survey = Job.survey(Survey(scenario: scenario, stage: stage, role: role))
    let results = try workers.perform(Array(repeating: survey, count: count))
    if let problem = results.lazy.flatMap(\.problems).first { throw ValidationError(problem) }
    guard let undoClass = results.lazy.compactMap(\.undoClass).first else {
      throw ValidationError("the plan of \(scenario.name) shows no undo class")
    }
    let points = common(results.map(\.survey))
    note(
      "\(scenario.name), \(undoClass.rawValue) class, \(stage.rawValue): \(points.count) points of "
        + "\(role.rawValue)")
    return Part(
      scenario: scenario, undoClass: undoClass, stage: stage, role: role, points: points)
  }

  /// The points that all surveys have, in the order of the first; who lived there in all of them.
  private static func common(_ surveys: [[SurveyedPoint]]) -> [SurveyedPoint] {
    guard let first = surveys.first else { return [] }
    let others = surveys.dropFirst().map { survey in
      Dictionary(survey.map { ($0.point, $0) }) { first, _ in first }
    }
    return first.compactMap { point in
      others.reduce(point) { common, other in
        guard var common, let same = other[point.point] else { return nil }
        common.living.formIntersection(same.living)
        common.isAfterProof = common.isAfterProof || same.isAfterProof
        return common
      }
    }
  }
}
