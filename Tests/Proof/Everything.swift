import ArgumentParser

/// All proofs that kill, fail or disturb real runs, one after the other.
struct Everything: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "all", abstract: "Tries every case of every proof on real runs.")

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var choice: ChoiceOptions
  @OptionGroup var outcomes: OutcomeOptions

  func run() throws {
    try outcomes.publish(Self.prove(workers, choice))
  }

  /// How often each case of a reused process id is tried: whether it shows may depend on who is quicker.
  private static let rounds = 3

  /// Tries everything, or a sample of each proof.
  static func prove(_ options: WorkerOptions, _ choice: ChoiceOptions) throws -> [Outcome] {
    let workers = try options.start()
    defer { workers.close() }
    let isSample = choice.sample != nil
    let parts = try Surveys.parts(
      Scenario.everyKind(), roles: Role.allCases, surveys: isSample ? 2 : Surveys.usualCount,
      with: workers)
    let kills = KillPoints.cases(in: parts)
    var outcomes = try KillPoints.prove(kills, choice, with: workers)
    let failing = parts.filter { Failures.roles.contains($0.role) }
    outcomes += try Failures.prove(Failures.cases(in: failing), choice, with: workers)
    // Fewer of those that take longer and have fewer ways to differ.
    var fewer = choice
    fewer.sample = choice.sample.map { max(1, $0 / 4) }
    outcomes += try Concurrency.prove(
      Concurrency.cases(in: parts.filter { !$0.scenario.isVariant }), fewer, with: workers)
    outcomes += try ForeignState.prove(kills, fewer, with: workers)
    // These are few, and not worth to be divided.
    guard choice.shard.number == 1 else { return outcomes }
    outcomes += try LedgerImages.prove(
      sample: choice.sample.map { max(1, $0 / 8) }, with: workers)
    outcomes += try FullDisk.prove(with: workers)
    outcomes += try PidReuse.prove(rounds: isSample ? 1 : rounds, with: workers)
    return outcomes
  }
}

/// What CI tries of it.
struct SampleOfEverything: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sample",
    abstract: "Tries a seeded sample of every proof on real runs, in about three minutes.")

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var outcomes: OutcomeOptions

  @Option(help: "At most so many cases of each proof.")
  var count = 200

  @Option(help: "Picks the sample; the same seed picks the same cases.")
  var seed: UInt64?

  func run() throws {
    let seed = seed ?? UInt64.random(in: 1...999_999)
    note("seed \(seed)")
    let choice = try ChoiceOptions.parse(["--sample", "\(count)", "--seed", "\(seed)"])
    try outcomes.publish(Everything.prove(workers, choice))
  }
}
