import ArgumentParser

/// A target that dies, and whose process id comes back as a stranger.
struct PidReuse: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Gives a dead target's process id to a stranger, who must never be touched.")

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var outcomes: OutcomeOptions

  @Option(help: "How often each case is tried.")
  var rounds = 3

  func run() throws {
    let workers = try self.workers.start()
    defer { workers.close() }
    try outcomes.publish(Self.prove(rounds: rounds, with: workers))
  }

  /// Tries all cases.
  static func prove(rounds: Int, with workers: Workers) throws -> [Outcome] {
    var cases: [PidReuseCase] = []
    // Whom a tracer watches may not be replaced under it: its debugger would be another's.
    for scenario in Scenario.processes where !scenario.isTraced {
      let undoClass = try workers.undoClass(of: scenario)
      for moment in PidReuseCase.Moment.allCases where moment != .inForce || !scenario.endsTarget {
        for actor in PidReuseCase.Actor.allCases {
          let one = PidReuseCase(
            scenario: scenario, undoClass: undoClass, moment: moment, actor: actor)
          cases += Array(repeating: one, count: rounds)
        }
      }
    }
    let results = try workers.perform(cases.map(Job.reuse))
    return Outcome.sums(
      of: zip(cases, results).map { reuse, result in
        ("pid reuse, \(reuse.scenario.name), \(reuse.actor.rawValue)", "\(reuse)", result)
      }, workers: workers.count)
  }
}
