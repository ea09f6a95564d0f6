import ExperimentFile
import Linux
import Model
import Runner

/// A run that a guard refused while it was planned: it is reported like any other.
enum RefusedRun {
  static func record(
    _ failure: Failure, variables: [String: String], reports: String
  ) {
    guard let (reason, file) = failure.refusal,
      let loaded = try? ExperimentLoading.load(file, variables: variables, purpose: .execution)
    else { return }
    let experiment = loaded.experiment
    let started = WallClock.now()
    let plan = Plan(
      title: experiment.title, sourceDigest: loaded.digest, seed: experiment.seed, hosts: [],
      phases: [], probes: [], steps: [], rollbacks: [], stopConditions: [],
      limits: experiment.limits, policy: experiment.policy)
    var record = Record(
      runID: RunIdentifier.make(), started: started,
      experiment: ExperimentSource(
        file: file, digest: loaded.digest, description: experiment.description,
        tags: experiment.tags, owner: experiment.owner, configuration: loaded.configuration,
        secretNames: loaded.secretNames),
      tool: ToolFacts(version: JennerVersion.text), plan: plan, planDigest: "")
    record.runner = .current()
    record.ended = .refused
    record.clean = true
    record.exitCode = Int(ExitStatus.refused.rawValue)
    record.reasons = [reason]
    do {
      let folder = try ReportFolder(in: reports, title: plan.title, started: started)
      try folder.write(record)
      Console.error("report: \(folder.path)")
    } catch {
      error.report(asJSON: false)
    }
  }
}

extension Failure {
  /// Why a guard refused to run a file, if that is what happened.
  fileprivate var refusal: (reason: String, file: String)? {
    switch self {
    case .plan(let failure, let file) where failure.kind == .refused:
      (failure.message + (failure.cure.map { "; \($0)" } ?? ""), file)
    case .drift(let text, let file): (text, file)
    case .plan, .problems, .message: nil
    }
  }
}
