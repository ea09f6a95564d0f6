import ExperimentFile
import FoundationEssentials
import Model
import Verdict

/// Reads an experiment file and checks that its run can show what it asks.
enum ExperimentLoading {
  static func load(
    _ file: String, variables: [String: String], purpose: ExperimentFile.Purpose
  ) throws(Failure) -> LoadedExperiment {
    let loaded: LoadedExperiment
    do {
      loaded = try ExperimentFile.read(
        path: file, variables: variables, environment: Environment.all, catalog: .builtIn,
        purpose: purpose)
    } catch {
      // A file that could not be read is not read again: it may be of any size.
      let hasPlaces = error.all.contains { $0.mark != nil }
      throw .problems(error, source: hasPlaces ? Self.source(of: file) : nil)
    }
    let problems = Feasibility.problems(of: loaded.experiment, file: file)
    guard problems.isEmpty else {
      throw .problems(Problems(problems), source: Self.source(of: file))
    }
    return loaded
  }

  /// The text that problems are shown in; nil where the file itself is the problem.
  private static func source(of file: String) -> String? {
    guard let data = try? Data(contentsOf: URL(filePath: file)), data.count <= Limits.fileSize
    else { return nil }
    return String(decoding: data, as: UTF8.self)
  }
}
