import ArgumentParser

/// SIGKILL before and after every system call of a whole run.
struct KillPoints: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Kills parts of a run before and after every system call of each of them.")

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var choice: ChoiceOptions
  @OptionGroup var outcomes: OutcomeOptions

  @Option(help: "Only this kind of fault, such as process.pause.")
  var fault: String?

  @Option(help: "Only at the calls of this role, such as agent.")
  var watch: Role?

  @Option(help: "Only this scope, such as everything.")
  var scope: Scope?

  func run() throws {
    let workers = try self.workers.start()
    defer { workers.close() }
    try outcomes.publish(prove(with: workers))
  }

  /// Tries what was chosen.
  func prove(with workers: Workers) throws -> [Outcome] {
    let scenarios = Scenario.all.filter { fault == nil || $0.fault == fault }
    let roles = Role.allCases.filter { watch == nil || $0 == watch }
    let all = try KillPointList(scenarios, roles, with: workers).cases
      .filter { scope == nil || $0.scope == scope }
    let cases = choice.choose(from: all)
    note("\(cases.count) of \(all.count) kill points")
    let results = try workers.perform(cases.map(Job.kill))
    return choice.outcomes(of: zip(cases, results).map { kill, result in
      ("kill points, \(kill.scenario.fault), \(kill.scope.rawValue)", "\(kill)", result)
    }, workers: self.workers.workers)
  }
}

extension Role: ExpressibleByArgument {}
extension Scope: ExpressibleByArgument {}
