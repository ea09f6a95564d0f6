import Glibc

/// What is killed at one moment.
enum Scope: String, Codable, CaseIterable {
  case runner
  case agent
  case guardian
  case holder
  case recover
  case rules = "nft of the rules"
  case clearing = "clear-network"
  case runnerAndAgent = "runner+agent"
  case runnerAndGuardian = "runner+guardian"
  /// The process group of the runner.
  case group = "process group"
  /// The cgroup in which the run was started; a guardian may be in one of its own.
  case cgroup = "cgroup of the run"
  /// Every process that the run has started, however it hid.
  case everything

  /// Whose end it is.
  var victims: Set<Role> {
    switch self {
    case .runner, .group: [.runner]
    case .agent: [.agent]
    case .guardian: [.guardian]
    case .holder: [.holder]
    case .recover: [.recover]
    case .rules: [.rules]
    case .clearing: [.clearing]
    case .runnerAndAgent: [.runner, .agent]
    case .runnerAndGuardian: [.runner, .guardian]
    case .cgroup: [.runner, .agent, .holder, .recover, .rules, .clearing, .launched]
    case .everything: Set(Role.allCases)
    }
  }

  /// The scopes that are tried at a point of a role.
  static func tried(at point: CallPoint, of role: Role, in stage: Stage) -> [Scope] {
    switch stage {
    case .run: tried(at: role)
    case .takeover where role == .clearing: [.clearing, .runnerAndGuardian, .everything]
    // A runner that has lost agent and guardian waits for a quarter of a minute for the ledger to
    // be settled: so that is tried only where the guardian writes it.
    case .takeover where point.name == "fsync":
      [.runner, .guardian, .runnerAndGuardian, .everything]
    case .takeover: [.runner, .runnerAndGuardian, .everything]
    case .recovery where role == .clearing: [.clearing, .recover]
    case .recovery: [.recover]
    }
  }

  private static func tried(at role: Role) -> [Scope] {
    switch role {
    case .runner: [.runner, .group, .runnerAndAgent, .everything]
    case .agent:
      [
        .runner, .agent, .guardian, .holder, .rules, .clearing, .runnerAndAgent, .group, .cgroup,
        .everything,
      ]
    case .guardian: [.agent, .guardian, .runnerAndAgent, .everything]
    case .holder: [.agent, .guardian, .holder, .rules, .everything]
    case .rules: [.agent, .holder, .rules, .everything]
    case .clearing: [.agent, .clearing, .everything]
    case .recover: [.recover, .agent, .runnerAndAgent, .everything]
    case .launched: [.agent, .everything]
    }
  }

  /// Kills.
  func kill(_ run: TracedRun, in place: Place) throws {
    switch self {
    case .group: Glibc.kill(-run.leader, SIGKILL)
    case .cgroup: try place.inner.killAtOnce()
    case .everything: try place.cgroup.killAtOnce()
    case .runnerAndAgent, .runnerAndGuardian:
      // Stopped first, so that neither sees the other die.
      let both = victims.flatMap(run.living)
      for pid in both { Glibc.kill(pid, SIGSTOP) }
      for pid in both { Glibc.kill(pid, SIGKILL) }
    case .runner, .agent, .guardian, .holder, .recover, .rules, .clearing:
      for pid in victims.flatMap(run.living) { Glibc.kill(pid, SIGKILL) }
    }
  }
}
