import ArgumentParser

/// The points of some scenarios and roles, from runs in which nothing is killed.
struct KillPointList {
  private(set) var cases: [KillCase] = []

  /// How many runs must all have a point for it to be tried: with threads and timers no two make quite
  /// the same calls.
  private static let surveys = 4

  init(_ scenarios: [Scenario], _ roles: [Role], with workers: Workers) throws {
    for scenario in scenarios {
      for role in roles {
        let survey = Job.survey(scenario, role)
        let results = try workers.perform(Array(repeating: survey, count: Self.surveys))
        if let problem = results.lazy.flatMap(\.problems).first { throw ValidationError(problem) }
        guard let undoClass = results.lazy.compactMap(\.undoClass).first else {
          throw ValidationError("the plan of \(scenario.fault) shows no undo class")
        }
        let points = Self.common(results.map(\.survey))
        note("\(scenario.fault), \(undoClass.rawValue) class: \(points.count) points of \(role)")
        cases += points.flatMap { point in
          Scope.tried(at: role).filter { !$0.victims.isDisjoint(with: point.living) }.map { scope in
            KillCase(
              scenario: scenario, undoClass: undoClass, watched: role, point: point.point,
              isAfterLastWord: point.isAfterLastWord, scope: scope)
          }
        }
      }
    }
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
        common.isAfterLastWord = common.isAfterLastWord || same.isAfterLastWord
        return common
      }
    }
  }
}
