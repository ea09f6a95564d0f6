import ArgumentParser
import Linux
import Model
import Reports

/// `jenner run FILE…`: plans, asks, breaks, watches, puts back, judges, reports.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs experiments: all are planned first, the worst outcome is the exit status.")

  @Argument(help: ArgumentHelp("Experiment files.", valueName: "file"))
  var files: [String] = []

  @Option(help: ArgumentHelp("Runs a plan of 'jenner plan --out'.", valueName: "path"))
  var plan: String?

  @Option(
    name: .customLong("plan-digest"),
    help: ArgumentHelp("Refuses unless the plan has this digest.", valueName: "digest"))
  var planDigest: String?

  @Flag(help: "With --plan: accepts new processes of the same executable, user and number.")
  var rebind = false

  @Flag(help: "Does not ask before it breaks anything.")
  var yes = false

  @Flag(name: .customLong("dry-run"), help: "Does everything but the effects.")
  var isDryRun = false

  @Option(help: ArgumentHelp("Where reports are written.", valueName: "directory"))
  var reports = "reports"

  @Option(help: "Decides random choices; overrides the file's seed.")
  var seed: Int?

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var output: FormatOption

  func validate() throws {
    guard files.isEmpty != (plan == nil) else {
      throw ValidationError("Name experiment files, or a plan with --plan.")
    }
    guard planDigest == nil || files.count == 1 else {
      throw ValidationError("--plan-digest goes with exactly one file.")
    }
    guard !rebind || plan != nil else {
      throw ValidationError("--rebind goes with --plan.")
    }
  }

  func run() throws {
    var statuses: [ExitStatus] = []
    do {
      let session = try Session()
      let planned = try planAll(session)
      defer { for experiment in planned { experiment.dialogue.close() } }
      try confirm(planned, session)
      for experiment in planned {
        let status = try ExperimentRun(
          experiment, session: session, reports: reports, isDryRun: isDryRun,
          isJSON: output.isJSON
        ).perform()
        statuses.append(status)
        // After a 5 nothing more is started; after an interruption neither.
        if status == .residue || session.interruption != nil { break }
      }
      let worst = ExitStatus.worst(of: statuses)
      if worst != .pass { throw worst.code }
    } catch let failure as Failure {
      failure.report(asJSON: output.isJSON)
      RefusedRun.record(failure, variables: (try? experiment.values()) ?? [:], reports: reports)
      // After a run has been made, "nothing was touched" would be untrue.
      let own = statuses.isEmpty || failure.status != .usage ? failure.status : .inconclusive
      throw ExitStatus.worst(of: statuses + [own]).code
    }
  }

  private func planAll(_ session: Session) throws -> [PlannedExperiment] {
    let variables = try experiment.values()
    guard let plan else {
      var planned: [PlannedExperiment] = []
      for file in files {
        do throws(Failure) {
          planned.append(
            try PlannedExperiment(
              file: file, variables: variables, seed: seed, loop: session.loop))
        } catch {
          for experiment in planned { experiment.dialogue.close() }
          throw error
        }
      }
      if let planDigest, let only = planned.first {
        try PlanDrift.check(only, digest: planDigest)
      }
      return planned
    }
    let saved = try PlanFile.read(plan)
    let current = try PlannedExperiment(
      file: saved.file, variables: saved.variables.merging(variables) { $1 }, seed: saved.seed,
      loop: session.loop)
    try PlanDrift.check(current, against: saved.plan, rebind: rebind)
    return [current]
  }

  private func confirm(_ planned: [PlannedExperiment], _ session: Session) throws {
    guard !yes, !isDryRun, Console.isInteractive else { return }
    for experiment in planned {
      Console.error(PlanText.render(experiment.plan, digest: experiment.digest))
    }
    let breaks = planned.contains { $0.plan.steps.contains { $0.kind != .wait } }
    guard breaks, !session.confirms("Run this?") else { return }
    throw Failure.message("not confirmed; nothing was touched", .refused)
  }
}
