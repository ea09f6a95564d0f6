import ArgumentParser

/// Every system call of agent, guardian, holder, `recover` and
/// `clear-network` fails, once and for good.
struct Failures: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes every system call fail with each of six errors, once and for good.")

  @OptionGroup var workers: WorkerOptions
  @OptionGroup var choice: ChoiceOptions
  @OptionGroup var points: PointOptions
  @OptionGroup var outcomes: OutcomeOptions

  @Flag(help: "Tries all six errors at each call, also those that our programs treat alike.")
  var everyError = false

  /// Whose calls fail: what touches a system, or puts it back.
  static let roles: [Role] = [.agent, .guardian, .holder, .recover, .clearing]

  func run() throws {
    let workers = try self.workers.start()
    defer { workers.close() }
    let cases = Self.cases(
      in: try points.survey(Self.roles, with: workers), everyError: everyError)
    try outcomes.publish(Self.prove(cases, choice, with: workers))
  }

  /// Calls that no program can see fail: they return nothing, or have no error that fits.
  ///
  /// The C library ends the program where a futex fails, by its own contract.
  private static let infallible: Set<String> = [
    "arch_prctl", "brk", "exit", "exit_group", "futex", "getegid", "geteuid", "getgid", "getpid",
    "getppid", "gettid", "getuid", "restart_syscall", "rseq", "rt_sigreturn", "sched_yield",
    "set_robust_list", "set_tid_address", "umask",
  ]

  /// Every error that makes a difference at every call of the programs, or all errors.
  ///
  /// The calls of the dynamic loader are left out: a program that can't be loaded has not begun, and what
  /// becomes of the others then is shown by the kill points there.
  static func cases(in parts: [Surveys.Part], everyError: Bool = false) -> [FailureCase] {
    parts.flatMap { part in
      part.points.filter { !$0.isOfLoader && $0.point.edge == .entry }
        .filter { !infallible.contains($0.point.name) }
        .flatMap { point in
          let errors =
            everyError ? InjectedError.allCases : InjectedError.distinct(at: point.point)
          return errors.flatMap { error in
            // By contract a call that was interrupted is made again: no kernel interrupts it for ever.
            (error == .interrupted ? [false] : [false, true]).map { isForGood in
              FailureCase(
                scenario: part.scenario, undoClass: part.undoClass, stage: part.stage,
                watched: part.role, point: point.point, error: error, isForGood: isForGood)
            }
          }
        }
    }
  }

  /// Tries what is chosen of some cases.
  static func prove(
    _ all: [FailureCase], _ choice: ChoiceOptions, with workers: Workers
  ) throws -> [Outcome] {
    let cases = choice.choose(from: all)
    note("\(cases.count) of \(all.count) failures")
    let results = try workers.perform(cases.map(Job.fail))
    return choice.outcomes(
      of: zip(cases, results).map { failure, result in
        ("failures, \(failure.scenario.name), \(failure.watched.rawValue)", "\(failure)", result)
      }, workers: workers.count)
  }
}
