import Glibc
import Linux
import Model

/// One kill at one point of one run.
struct KillCase: Codable, CustomStringConvertible {
  var scenario: Scenario
  var undoClass: UndoClass
  /// Whose system calls are counted.
  var watched: Role
  var point: CallPoint
  var isAfterLastWord: Bool
  var scope: Scope

  var description: String {
    "\(scenario.fault), \(watched.rawValue): \(point), killed: \(scope.rawValue)"
  }

  /// How often a run is tried again that did not come to its point: with threads and timers no two
  /// runs make quite the same calls.
  private static let attempts = 5
  /// Beyond any deadline in an experiment of the proof.
  private static let limit: Duration = .seconds(30)
  /// The deadline of a fault of the proof, and two seconds.
  private static let deadline: Duration = .seconds(13)

  func perform(in place: Place) throws -> JobResult {
    for _ in 1..<Self.attempts {
      let result = try attempt(in: place)
      if result.isReached || !result.problems.isEmpty { return result }
    }
    return try attempt(in: place)
  }

  private func attempt(in place: Place) throws -> JobResult {
    try place.renew()
    try place.clear()
    let before = try place.remember()
    var result = JobResult(isReached: false)
    let run = try place.start(scenario, watching: watched)
    var failure: (any Error)?
    var killed: Duration?
    let isOver = try run.follow(atMost: Self.limit) { stop in
      guard stop.point == point else { return .goOn }
      do { try scope.kill(run, in: place) } catch { failure = error }
      killed = EventLoop.now
      return .leaveAlone
    }
    if let failure { throw failure }
    result.isReached = killed != nil
    if !isOver {
      let left = Role.allCases.flatMap { role in
        run.living(role).map { "\(role.rawValue) \($0)" }
      }
      result.problems.append("still running after \(Self.limit): \(left.joined(separator: ", "))")
      run.abandon()
    }
    try check(run, place, killed, &result)
    try Aftermath(scenario, before, in: place).check(&result)
    return result
  }

  /// What must hold before anyone calls `recover`.
  private func check(
    _ run: TracedRun, _ place: Place, _ killed: Duration?, _ result: inout JobResult
  ) throws {
    if !scenario.endsTarget, try isLeft(place) {
      result.problems.append("the target is still held, and nobody is left to let it go")
    }
    if let killed, EventLoop.now - killed > Self.deadline {
      result.problems.append("its end took \(EventLoop.now - killed)")
    }
    guard let status = run.status(of: .runner), !scope.victims.contains(.runner) else { return }
    let exit = status & 0x7f == 0 ? status >> 8 & 0xff : 128 + (status & 0x7f)
    result.runnerStatus = exit
    let mayPass = killed == nil || !scope.victims.contains(.agent) || isAfterLastWord
    let known: Set<Int32> = mayPass ? [0, 3, 4, 5] : [3, 4, 5]
    if !known.contains(exit) {
      result.problems.append("the runner ended with \(exit): \(place.written)")
    }
  }

  /// Whether the target is held although it must not be.
  ///
  /// The kernel gets a second to schedule what it resumes. A fault of guardian class that lost agent
  /// and guardian at one moment may wait for `recover`.
  private func isLeft(_ place: Place) throws -> Bool {
    if undoClass == .guardian, scope == .everything { return false }
    let deadline = EventLoop.now + .seconds(1)
    while try place.target.isHeld() {
      if EventLoop.now >= deadline { return true }
      usleep(5000)
    }
    return false
  }
}
