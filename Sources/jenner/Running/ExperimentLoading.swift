import ExperimentFile
import Model
import Verdict

/// Reads an experiment file and checks that its run can show what it asks.
enum ExperimentLoading {
  static func load(
    _ file: String, variables: [String: String], mode: ExperimentFile.Mode
  ) throws(Failure) -> LoadedExperiment {
    let loaded: LoadedExperiment
    do {
      loaded = try ExperimentFile.read(
        path: file, variables: variables, environment: Environment.all, catalog: .builtIn,
        mode: mode)
    } catch {
      throw .problems(error, source: ExperimentFile.source(of: file))
    }
    let problems = Feasibility.problems(of: loaded.experiment, file: file)
    guard problems.isEmpty else {
      throw .problems(Problems(problems), source: ExperimentFile.source(of: file))
    }
    return loaded
  }
}
