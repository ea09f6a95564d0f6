import Glibc
import Linux
import Model

/// What must hold once everybody has gone: `recover` ends well, `residue` finds nothing, and programs
/// that are not ours show the host as it was before.
struct Aftermath {
  private let scenario: Scenario
  private let before: HostPicture
  private let place: Place

  /// Whether the target is another process of the same id by now.
  private let isReplaced: Bool

  init(
    _ scenario: Scenario, _ before: HostPicture, in place: Place, isReplaced: Bool = false
  ) {
    self.isReplaced = isReplaced
    self.scenario = scenario
    self.before = before
    self.place = place
  }

  /// Adds what does not hold.
  func check(_ result: inout JobResult) throws {
    let recovery = try place.agent(["recover"])
    if recovery.status != 0 || recovery.hasHung {
      result.problems.append("recover ended with \(recovery.status): \(recovery.output)")
    }
    let residue = try place.agent(["residue", "--format", "json"])
    let found = residue.output.filter { !$0.isWhitespace }
    if residue.status != 0 || found != "[]" {
      result.problems.append("residue ended with \(residue.status): \(residue.output)")
    }
    result.problems += try differences()
  }

  /// What has changed and stays so; a process that was let go may need a moment to be scheduled.
  private func differences() throws -> [String] {
    let deadline = EventLoop.now + .seconds(1)
    while true {
      let found = try place.picture().differences(from: before).filter { line in
        // A target that was to be killed may have been.
        let isOfTarget =
          line.hasPrefix("process no longer so: \(place.target.pid) ")
          || isReplaced && line.hasPrefix("process: \(place.target.pid) ")
        return !((scenario.endsTarget || isReplaced) && isOfTarget)
      }
      if found.isEmpty || EventLoop.now >= deadline { return found }
      usleep(20_000)
    }
  }
}
