import ArgumentParser

/// Two runs, a run and recover, and two recovers at one time, under kills.
struct Concurrency: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs and recovers beside each other, and kills one of them.")

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var choice: ChoiceOptions
  @OptionGroup var outcomes: OutcomeOptions

  func run() throws {
    let workers = try self.workers.start()
    defer { workers.close() }
    let scenarios = Scenario.all.filter { !$0.endsTarget }
    let parts = try Surveys.parts(scenarios, stages: [.recovery], roles: [.recover], with: workers)
    try outcomes.publish(Self.prove(Self.cases(in: parts), choice, with: workers))
  }

  /// Who may come beside a run.
  private static func pairs(of scenario: Scenario) -> [ConcurrencyCase.Pair] {
    // Nothing keeps the commands of two authors, or of one in two runs, from the same files.
    if scenario.subject == .files { return [.runAndRecover] }
    return scenario.isExclusive
      ? [.runs, .claims, .runAndRecover] : [.neighbours, .runAndRecover]
  }

  /// Every pair with every kill, from the points of `recover` that are moments of their own.
  static func cases(in parts: [Surveys.Part]) -> [ConcurrencyCase] {
    parts.filter { $0.stage == .recovery }.flatMap { part in
      func make(_ pair: ConcurrencyCase.Pair, _ point: CallPoint, _ scope: Scope?)
        -> ConcurrencyCase
      {
        ConcurrencyCase(
          scenario: part.scenario, undoClass: part.undoClass, pair: pair, point: point,
          scope: scope)
      }
      let scopes: [Scope?] = [nil, .runner, .agent, .guardian, .runnerAndAgent, .everything]
      let start = part.points.prefix(1).map(\.point)
      return start.flatMap { point in
        pairs(of: part.scenario).flatMap { pair in
          scopes.map { make(pair, point, $0) }
        }
      }
        + part.points.flatMap { point in
          [Scope?.none, .recover]
            .filter { point.isMoment(whenCallerDies: $0 != nil) }
            .map { make(.recovers, point.point, $0) }
        }
    }
  }

  /// Tries what is chosen of some cases.
  static func prove(
    _ all: [ConcurrencyCase], _ choice: ChoiceOptions, with workers: Workers
  ) throws -> [Outcome] {
    // Those beside a run are few: all of them are tried, however small the sample.
    let cases =
      choice.choose(from: all.filter { $0.pair == .recovers }, sampled: true)
      + choice.choose(from: all.filter { $0.pair != .recovers }, sampled: false)
    let results = try workers.perform(cases.map(Job.concurrent))
    return choice.outcomes(
      of: zip(cases, results).map { pair, result in
        ("concurrency, \(pair.scenario.name), \(pair.pair.rawValue)", "\(pair)", result)
      }, workers: workers.count)
  }
}
