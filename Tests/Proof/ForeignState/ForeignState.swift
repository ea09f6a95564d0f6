import ArgumentParser

/// What others did to a host is as it was, byte by byte.
struct ForeignState: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "foreign-state",
    abstract: "Kills runs on a host where others have stopped, traced and configured things.")

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var choice: ChoiceOptions
  @OptionGroup var points: PointOptions
  @OptionGroup var outcomes: OutcomeOptions

  func run() throws {
    let workers = try self.workers.start()
    defer { workers.close() }
    let cases = KillPoints.cases(in: try points.survey([.agent, .guardian], with: workers))
    try outcomes.publish(Self.prove(cases, choice, with: workers))
  }

  /// How many kills are tried where nobody says how many.
  static let usualCount = 200

  /// Tries what is chosen of some kills.
  static func prove(
    _ all: [KillCase], _ choice: ChoiceOptions, with workers: Workers
  ) throws -> [Outcome] {
    var choice = choice
    choice.sample = choice.sample ?? usualCount
    let cases = choice.choose(from: all)
    let results = try workers.perform(cases.map { .foreign(ForeignStateCase(kill: $0)) })
    return choice.outcomes(
      of: zip(cases, results).map { kill, result in
        ("foreign state, \(kill.scenario.name)", "\(kill)", result)
      }, workers: workers.count)
  }
}
