internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// What runs left on this host, found by marks alone: no ledger is needed.
///
/// Nothing of a run that lives is among it: its agent holds a lock, or its ledger says so.
struct Leftovers {
  /// One thing that is left.
  enum Leftover: Hashable {
    /// A stopped agent whose ledger is lost.
    case agent(StrandedAgent)
    /// A process that is itself part of a fault.
    case effect(ProcessIdentity, run: String)
    /// A process that a run stopped, by the lock that its agent left.
    case stopped(TargetLock)
    case object(MarkedObject)
    /// The cgroup of a guardian that was killed; nobody is in it.
    case guardianCgroup(String)
  }

  private let host = LinuxHost()
  private let liveRuns: Set<String>

  /// Looks for what is left by other runs than those that live, and those whose ledgers say to leave
  /// them alone.
  init(openRuns: Set<String>) {
    liveRuns = openRuns.union(LockFiles.liveRuns)
  }

  /// Everything that is left, in the order in which it is cleared; and what can't be looked for.
  func search() throws(SystemError) -> (found: [Leftover], unseen: [Unseen]) {
    let objects = try MarkedObject.all()
    let found =
      StrandedAgent.all().map { .agent($0) } + effects + stopped + abandoned(objects.found)
      + GuardianCgroup.abandoned().map { .guardianCgroup($0) }
    return (found, objects.unseen)
  }

  /// The processes that are part of a fault, by their environment.
  private var effects: [Leftover] {
    let marked = host.environments(of: EffectMark.variable, ofUser: geteuid()).filter { entry in
      !liveRuns.contains(entry.value) && !host.isInOtherHands(entry.process)
        && host.state(of: entry.process).map { $0 != "Z" && $0 != "X" } ?? false
    }
    return marked.map { .effect($0.process, run: $0.value) }
  }

  /// The objects whose runs are gone.
  private func abandoned(_ objects: [MarkedObject]) -> [Leftover] {
    guard !objects.isEmpty else { return [] }
    let live = Set(liveRuns.union(host.runsGuardedElsewhere()).map { RunMark(ofRun: $0) })
    return objects.filter { $0.mark.map { !live.contains($0) } ?? false }.map { .object($0) }
  }

  private var stopped: [Leftover] {
    LockFiles.paths.compactMap { LockFiles.stoppedProcess(at: $0) }
      .filter { !liveRuns.contains($0.run) }.map { .stopped($0) }
  }

  /// Clears one thing, if it is still as it was found.
  private func clear(_ leftover: Leftover) throws(SystemError) {
    switch leftover {
    case .agent(let agent): try end(agent.process)
    case .effect(let process, _): try end(process)
    case .stopped(let lock):
      // Held meanwhile, so that no run takes the process as its target while it is continued.
      let path = "\(LockFolder.path)/\(lock.fileName)"
      guard let file = try FileLock(path: path, mode: 0o600), LockFiles.lock(at: path) == lock
      else { return }
      _ = SignalDelivery.send(.resume, to: lock.process, on: host)
      if waitUntilItRuns(lock.process) { file.removeFile() }
    case .object(let object): try object.clear()
    case .guardianCgroup(let path): GuardianCgroup.remove(path)
    }
  }

  private func end(_ process: ProcessIdentity) throws(SystemError) {
    guard let handle = try PidFD(process, on: host) else { return }
    _ = try handle.send(.kill)
    _ = handle.waitForEnd(atMost: Takeover.fenceLimit)
  }

  private func waitUntilItRuns(_ process: ProcessIdentity) -> Bool {
    for _ in 0..<200 {
      if host.state(of: process) != "T" { return true }
      usleep(5_000)
    }
    return false
  }
}

extension Leftovers {
  /// Clears everything and looks again.
  static func clear() -> [Recovery.Finding] {
    do throws(SystemError) {
      let leftovers = Leftovers(openRuns: openRuns())
      var before = try leftovers.search().found
      // What an agent holds is seen to be left only once it is gone.
      let agents = before.filter(\.isAgent)
      for agent in agents { try leftovers.clear(agent) }
      if !agents.isEmpty { before = agents + (try leftovers.search().found) }
      guard !before.isEmpty else { return [] }
      for leftover in before { try leftovers.clear(leftover) }
      let (found, unseen) = try leftovers.search()
      let after = Set(found)
      // What could not be looked at again is not proved to be gone.
      let isSeen = !unseen.contains { $0.mayPass }
      return before.map { leftover in
        let isLeft = after.contains(leftover) || !isSeen
        return Recovery.Finding(
          run: leftover.run, title: leftover.what, outcome: isLeft ? "not cleared" : "cleared",
          reason: "found by its mark", pending: isLeft ? [leftover.command] : [])
      }
    } catch {
      return [
        Recovery.Finding(
          run: "-", title: "leftovers without a ledger", outcome: "not searched",
          reason: "\(error)", pending: ["\(error)"])
      ]
    }
  }

  /// The runs that their ledgers say to leave alone.
  ///
  /// What can't be listed or read is told of by `recover` itself. A run that lives is left alone by
  /// the locks of its agent all the same.
  private static func openRuns() -> Set<String> {
    let host = LinuxHost()
    var runs: Set<String> = []
    for path in (try? StateDirectory().ledgerPaths()) ?? [] {
      guard let ledger = (try? StateDirectory.read(path)) ?? nil else { continue }
      if case .leave = Recovery.decision(ledger, at: path, on: host) {
        runs.insert(ledger.runName(at: path))
      }
    }
    return runs
  }
}

extension Leftovers.Leftover {
  var isAgent: Bool {
    if case .agent = self { true } else { false }
  }

  /// The thing in words.
  var what: String {
    switch self {
    case .agent(let agent):
      "agent \(agent.process.pid) of run \(agent.run), which is stopped, and its ledger lost"
    case .effect(let process, let run): "process \(process.pid) of a fault of run \(run.limited)"
    case .stopped(let lock): "process \(lock.process.pid), which run \(lock.run) stopped"
    case .object(let object): "\(object.shown) of a run that is gone"
    case .guardianCgroup(let path): "empty cgroup \(path) of a guardian that was killed"
    }
  }

  /// The command that clears it.
  var command: String {
    switch self {
    // Its end alone would leave what it holds, such as a stopped target.
    case .agent: "jenner-agent recover"
    case .effect(let process, _): "kill -KILL \(process.pid)"
    case .stopped(let lock): "kill -CONT \(lock.process.pid)"
    case .object(let object): object.clearing.shown
    case .guardianCgroup(let path): Command(argv: ["rmdir", path]).shown
    }
  }

  /// The run that left it, as far as that can be told.
  var run: String {
    switch self {
    case .agent(let agent): agent.run
    case .effect(_, let run): run.limited
    case .stopped(let lock): lock.run
    case .object(let object): object.mark?.name ?? "-"
    case .guardianCgroup: "-"
    }
  }
}
