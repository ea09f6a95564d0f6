import ExperimentFile
import Linux
import Model
import Reports
import Runner

/// An experiment with its plan, and the open pipes to the agents that made it.
final class PlannedExperiment {
  let file: String
  let loaded: LoadedExperiment
  let dialogue: LiveDialogue
  let plan: Plan
  let digest: String

  /// Reads a file and plans it; nothing is touched.
  init(
    file: String, variables: [String: String], seed: Int?, loop: EventLoop
  ) throws(Failure) {
    self.file = file
    loaded = try ExperimentLoading.load(file, variables: variables, purpose: .execution)
    dialogue = LiveDialogue(experiment: loaded.experiment, loop: loop)
    var planner = Planner(
      experiment: loaded.experiment, catalog: .builtIn, sourceDigest: loaded.digest,
      seed: seed ?? loaded.experiment.seed, dialogue: dialogue)
    do {
      plan = try planner.plan()
    } catch {
      dialogue.close()
      throw .plan(error, file: file)
    }
    digest = try plan.knownDigest
  }

  /// The file that the plan was made from, as the record keeps it.
  var source: ExperimentSource {
    let experiment = loaded.experiment
    return ExperimentSource(
      file: file, digest: loaded.digest, description: experiment.description,
      tags: experiment.tags, owner: experiment.owner, configuration: loaded.configuration,
      secretNames: loaded.secretNames)
  }
}

extension Plan {
  /// The digest; a plan without one can't be named.
  var knownDigest: String {
    get throws(Failure) {
      do {
        return try digest
      } catch {
        throw .message("the plan has no JSON form: \(error)", .inconclusive)
      }
    }
  }
}

/// A plan on disk: what `plan --out` writes and `run --plan` reads.
struct PlanFile: Codable {
  var version = 1
  /// The experiment file.
  var file: String
  /// The overrides that filled it in.
  var variables: [String: String]
  var seed: Int
  var digest: String
  var plan: Plan
}
