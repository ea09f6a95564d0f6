import Model
import Reports

/// Refuses a run whose plan is no longer the one that was shown.
enum PlanDrift {
  static func check(_ current: PlannedExperiment, digest: String) throws(Failure) {
    guard current.digest != digest else { return }
    throw .drift(
      "the plan's digest is \(current.digest), not \(digest.limited): the file or the hosts have "
        + "changed since; look at 'jenner plan \(current.file)' again", file: current.file)
  }

  static func check(
    _ current: PlannedExperiment, against saved: Plan, rebind: Bool
  ) throws(Failure) {
    guard current.digest != (try saved.knownDigest) else { return }
    let lines: [String]
    do {
      if rebind, try PlanDifference.isOnlyNewProcesses(old: saved, new: current.plan) { return }
      lines = try PlanDifference.lines(old: saved, new: current.plan)
    } catch {
      throw .message("the two plans can't be compared: \(error)", .inconclusive)
    }
    throw .drift(
      "the world is no longer as planned:\n"
        + lines.map { "  " + $0 }.joined(separator: "\n")
        + "\nplan again, or pass --rebind if only processes were replaced", file: current.file)
  }
}
