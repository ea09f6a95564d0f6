import ArgumentParser
import ExperimentFile
import Model
import Reports
import Verdict

/// `jenner validate FILE…`: every problem of every file, in one pass.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Checks experiment files; needs no environment and touches nothing.")

  @Argument(help: ArgumentHelp("Experiment files.", valueName: "file"))
  var files: [String]

  @OptionGroup var experiment: ExperimentOptions
  @OptionGroup var output: FormatOption

  func run() throws {
    var all: [Problem] = []
    var firstFailure: Failure?
    let variables: [String: String]
    do {
      variables = try experiment.values()
    } catch {
      error.report(asJSON: output.isJSON)
      throw error.status.code
    }
    for file in files {
      do {
        _ = try ExperimentLoading.load(file, variables: variables, purpose: .validation)
      } catch {
        if case .problems(let problems, _) = error { all += problems.all }
        if !output.isJSON { error.report(asJSON: false) }
        firstFailure = firstFailure ?? error
      }
    }
    if output.isJSON {
      try Console.output(ProblemText.json(Problems(all).all).pretty)
    } else if firstFailure == nil {
      for file in files { try Console.output("\(file): valid") }
    }
    if let firstFailure { throw firstFailure.status.code }
  }
}
