/// What must hold once everybody has gone: `recover` ends well, `residue` finds nothing, and programs
/// that are not ours show the host as it was before.
struct Aftermath {
  private let scenario: Scenario
  private let before: HostPicture
  private let place: Place

  init(_ scenario: Scenario, _ before: HostPicture, in place: Place) {
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
    // A target that was to be killed may have been.
    let target = "\(place.target.pid) "
    result.problems += try place.picture().differences(from: before).filter { line in
      !(scenario.endsTarget && line.hasPrefix("process no longer so: \(target)"))
    }
  }
}
