import ArgumentParser

/// SIGKILL before and after every system call of a whole run.
struct KillPoints: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Kills parts of a run before and after every system call of each of them.")

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var choice: ChoiceOptions
  @OptionGroup var points: PointOptions
  @OptionGroup var outcomes: OutcomeOptions

  @Option(help: "Only this scope, such as everything.")
  var scope: Scope?

  func run() throws {
    let workers = try self.workers.start()
    defer { workers.close() }
    let cases = Self.cases(in: try points.survey(with: workers))
      .filter { scope == nil || $0.scope == scope }
    try outcomes.publish(Self.prove(cases, choice, with: workers))
  }

  /// Every scope at every point.
  static func cases(in parts: [Surveys.Part]) -> [KillCase] {
    parts.flatMap { part in
      part.points.flatMap { point in
        Scope.tried(at: point.point, of: part.role, in: part.stage)
          .filter { !$0.victims.isDisjoint(with: point.living) }
          .map { scope in
            KillCase(
              scenario: part.scenario, undoClass: part.undoClass, stage: part.stage,
              watched: part.role, point: point.point, isAfterProof: point.isAfterProof,
              scope: scope)
          }
      }
    }
  }

  /// Tries what is chosen of some cases.
  static func prove(
    _ all: [KillCase], _ choice: ChoiceOptions, with workers: Workers
  ) throws -> [Outcome] {
    let cases = choice.choose(from: all)
    note("\(cases.count) of \(all.count) kill points")
    let results = try workers.perform(cases.map(Job.kill))
    return choice.outcomes(
      of: zip(cases, results).map { kill, result in
        ("kill points, \(kill.scenario.name), \(kill.scope.rawValue)", "\(kill)", result)
      }, workers: workers.count)
  }
}

/// Which points are surveyed.
struct PointOptions: ParsableArguments {
  @Option(help: "Only this kind of fault, such as process.pause.")
  var fault: String?

  @Option(help: "Only at the calls of this role, such as agent.")
  var watch: Role?

  @Option(help: "Only in this stage: run, takeover or recovery.")
  var stage: Stage?

  /// Surveys them.
  func survey(_ roles: [Role] = Role.allCases, with workers: Workers) throws -> [Surveys.Part] {
    try Surveys.parts(
      Scenario.all.filter { fault == nil || $0.fault == fault },
      stages: Stage.allCases.filter { stage == nil || $0 == stage },
      roles: roles.filter { watch == nil || $0 == watch }, with: workers)
  }
}

extension Role: ExpressibleByArgument {}
extension Scope: ExpressibleByArgument {}
extension Stage: ExpressibleByArgument {}
