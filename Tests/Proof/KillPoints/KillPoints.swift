import ArgumentParser

/// SIGKILL before and after every system call of a whole run that anybody could notice.
struct KillPoints: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Kills parts of a run before and after every system call of each of them.",
    discussion: """
      Points between which nothing happens that a survivor or the disk could tell are one moment,
      and are tried once, unless --every-edge asks for all.
      """)

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var choice: ChoiceOptions
  @OptionGroup var points: PointOptions
  @OptionGroup var outcomes: OutcomeOptions

  @Option(help: "Only this scope, such as everything.")
  var scope: Scope?

  @Flag(
    help: "Tries the entry and the exit of each call, also where they are no moments of their own.")
  var everyEdge = false

  @Flag(help: "Only lists the cases, one on each line.")
  var list = false

  func run() throws {
    let workers = try self.workers.start()
    defer { workers.close() }
    let parts = try points.survey(with: workers)
    let cases = Self.cases(in: parts, everyEdge: everyEdge)
      .filter { scope == nil || $0.scope == scope }
    if list {
      for kill in choice.choose(from: cases) { print(kill) }
      return
    }
    try outcomes.publish(Self.prove(cases, choice, with: workers))
  }

  /// Every scope at every point that is a moment of its own for it, or at all of them.
  static func cases(in parts: [Surveys.Part], everyEdge: Bool = false) -> [KillCase] {
    parts.flatMap { part in
      part.points.flatMap { point in
        Scope.tried(at: point.point, of: part.role, in: part.stage)
          .filter { !$0.victims.isDisjoint(with: point.living) }
          .filter { everyEdge || isMoment(point, of: part, for: $0) }
          .map { scope in
            KillCase(
              scenario: part.scenario, undoClass: part.undoClass, stage: part.stage,
              watched: part.role, point: point.point, scope: scope)
          }
      }
    }
  }

  private static func isMoment(
    _ point: SurveyedPoint, of part: Surveys.Part, for scope: Scope
  ) -> Bool {
    let callerDies = scope.victims.contains(part.role)
    return !callerDies && part.isThreaded || point.isMoment(whenCallerDies: callerDies)
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
      Scenario.everyKind(of: fault),
      stages: Stage.allCases.filter { stage == nil || $0 == stage },
      roles: roles.filter { watch == nil || $0 == watch }, with: workers)
  }
}

extension Role: ExpressibleByArgument {}
extension Scope: ExpressibleByArgument {}
extension Stage: ExpressibleByArgument {}
