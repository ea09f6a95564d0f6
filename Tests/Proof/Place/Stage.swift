import Glibc
import Linux
import Model

/// How far a run has come when its calls begin to count.
enum Stage: String, Codable, CaseIterable {
  /// From its start.
  case run
  /// The agent was killed with the fault in force: the guardian takes over.
  case takeover
  /// Everything was killed with the fault in force: someone calls `recover`.
  case recovery

  /// Whose calls are of interest.
  var roles: [Role] {
    switch self {
    case .run: Role.allCases
    case .takeover: [.guardian, .clearing]
    case .recovery: [.recover, .clearing]
    }
  }

  /// Takes a run to its stage and follows it to its end; the observer gets the stops of one role.
  ///
  /// - Returns: the run, and whether it ended within the limit. nil if the fault never was in force
  ///   before the stage.
  func perform(
    _ scenario: Scenario, watching role: Role, in place: Place, atMost limit: Duration,
    _ observe: (TracedRun, TracedRun.Stop) -> TracedRun.Reaction
  ) throws -> (run: TracedRun, isOver: Bool)? {
    switch self {
    case .run:
      let run = try place.start(scenario, watching: [role])
      return (run, try run.follow(atMost: limit) { observe(run, $0) })
    case .takeover:
      let run = try place.start(scenario, watching: [.agent, role])
      var isTakingOver = false
      let isOver = try run.follow(atMost: limit) { stop in
        if isTakingOver { return stop.role == role ? observe(run, stop) : .goOn }
        guard Self.isInForce(scenario, at: stop, in: place) else { return .goOn }
        isTakingOver = true
        run.recount(role)
        for pid in run.living(.agent) { kill(pid, SIGKILL) }
        return .goOn
      }
      return isTakingOver ? (run, isOver) : nil
    case .recovery:
      let run = try place.start(scenario, watching: [.agent])
      var failure: (any Error)?
      var wasInForce = false
      _ = try run.follow(atMost: limit) { stop in
        guard Self.isInForce(scenario, at: stop, in: place) else { return .goOn }
        wasInForce = true
        do { try place.cgroup.killAtOnce() } catch { failure = error }
        return .leaveAlone
      }
      if let failure { throw failure }
      guard wasInForce else { return nil }
      let recovery = try place.trace([place.programs.agent, "recover"], watching: [role])
      return (recovery, try recovery.follow(atMost: limit) { observe(recovery, $0) })
    }
  }

  /// A stop at which the agent waits and the fault is in force.
  static func isInForce(
    _ scenario: Scenario, at stop: TracedRun.Stop, in place: Place
  ) -> Bool {
    guard stop.role == .agent, stop.point.edge == .entry, stop.point.name.hasPrefix("epoll_"),
      stop.point.name.hasSuffix("wait"), place.seemsHeld(by: scenario)
    else { return false }
    return !scenario.isOfTraffic || (try? HostPicture.showsRulesInForce()) ?? false
  }
}
