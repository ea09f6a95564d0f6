import ArgumentParser
import Linux
import Model
import Reports

/// `jenner plan FILE`: exactly what a run would do; nothing is touched.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Shows exactly what a run would do: targets, commands, undo, times. Touches nothing.")

  @Argument(help: ArgumentHelp("An experiment file.", valueName: "file"))
  var file: String

  @Option(help: ArgumentHelp("Writes the plan for 'jenner run --plan'.", valueName: "path"))
  var out: String?

  @Option(help: "Decides random choices; overrides the file's seed.")
  var seed: Int?

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var output: FormatOption

  func run() throws {
    do {
      let variables = try experiment.values()
      let session = try Session()
      let planned = try PlannedExperiment(
        file: file, variables: variables, seed: seed, loop: session.loop)
      defer { planned.dialogue.close() }
      let planFile = PlanFile(
        file: file, variables: variables, seed: planned.plan.seed, digest: planned.digest,
        plan: planned.plan)
      if let out { try planFile.write(to: out) }
      try Console.output(
        output.isJSON
          ? try planFile.text()
          : PlanText.render(
            planned.plan, digest: planned.digest, style: Console.usesColor ? .colour : .plain))
    } catch {
      error.report(asJSON: output.isJSON)
      throw error.status.code
    }
  }
}
