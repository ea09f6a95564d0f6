import Glibc
import Model

/// The end of a traced run: that it came, and that nobody crashed.
struct Ending {
  private let run: TracedRun
  private let isOver: Bool
  private let scenario: Scenario
  private let place: Place

  init(_ run: TracedRun, of scenario: Scenario, isOver: Bool, in place: Place) {
    self.scenario = scenario
    self.run = run
    self.isOver = isOver
    self.place = place
  }

  /// Adds what does not hold; what still runs is ended.
  func check(atMost limit: Duration, _ result: inout JobResult) {
    if !isOver {
      let left = Role.allCases.flatMap { role in run.living(role).map { "\(role.rawValue) \($0)" } }
      let held = (try? place.isHeld(by: scenario)) ?? false
      result.problems.append(
        "still running after \(limit): \(left.joined(separator: ", ")); the fault is "
          + "\(held ? "in force" : "over"); \(place.written)")
      run.abandon()
    }
    // How nft(8) ends when its holder is gone is its own matter.
    for member in run.members.values where member.role != .rules {
      guard let signal = member.status.map({ $0 & 0x7f }), signal != 0, signal != SIGKILL else {
        continue
      }
      result.problems.append(
        "\(member.role.rawValue) crashed by signal \(signal): \(place.written)")
    }
  }
}
