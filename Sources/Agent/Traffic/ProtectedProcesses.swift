internal import Model

/// A process whose connections a network fault must not cut.
struct ProtectedProcess {
  var facts: ProcessFacts
  /// Whether it is here for this run alone, so that the next one has another of another id.
  var isOfRun: Bool
  /// Whether a connection of its that is lost has to be made anew, by it or by one in its place.
  var reconnects: Bool
}

/// Finds those by whom the user is logged in, and those by whom agents are reached.
struct ProtectedProcesses {
  private let own: Int32
  private let all: [ProcessFacts]
  /// Those who started this agent, its parent first.
  ///
  /// The first process is none of them: it has taken on whoever has lost a parent.
  private let ancestors: [ProcessFacts]
  /// The ancestors from the agent's parent up to its runner; without a runner there are none, as on a
  /// host that another's runner has reached.
  private let upToRunner: ArraySlice<ProcessFacts>

  /// Looks at the processes of a host for the agent of process id `own`.
  init(of own: Int32, among all: [ProcessFacts]) {
    self.own = own
    self.all = all
    let ancestors = Self.ancestors(of: own, among: all)
    let runner = ancestors.firstIndex { $0.programName == "jenner" }
    self.ancestors = ancestors
    upToRunner = runner.map { ancestors[...$0] } ?? []
  }

  /// All of them, in the order of `all`.
  var found: [ProtectedProcess] {
    let lineage = Set(ancestors.map(\.identity.pid) + [own])
    let started = Set(startedBeside.map(\.identity.pid))
    let logins = Set(otherLogins.map(\.identity.pid))
    let ofRun = Set(upToRunner.map(\.identity.pid)).union(upToRunner.isEmpty ? [] : started)
    return all.compactMap { process in
      let pid = process.identity.pid
      guard lineage.contains(pid) || started.contains(pid) || logins.contains(pid) else {
        return nil
      }
      // While it plans, a runner has started nothing but what reaches other agents, by whatever program,
      // and starts it again where it has lost one.
      let reachesAgent = started.contains(pid) && ofRun.contains(pid)
      return ProtectedProcess(
        facts: process, isOfRun: ofRun.contains(pid),
        reconnects: reachesAgent || SecureShell.isServer(process) || SecureShell.isClient(process))
    }
  }

  /// What the runner has started beside this agent, such as the ssh to another host's.
  ///
  /// Between the two there may be others, such as sudo and the process by which it waits for the agent.
  private var startedBeside: [ProcessFacts] {
    let starters = upToRunner.isEmpty ? ancestors.prefix(1) : upToRunner
    let ids = Set(starters.map(\.identity.pid))
    let lineage = Set(ancestors.map(\.identity.pid) + [own])
    let children = all.filter { ids.contains($0.parent) && !lineage.contains($0.identity.pid) }
    guard !upToRunner.isEmpty else { return children }
    // By way of a third host, an ssh has another program for its connection: ProxyJump of ssh_config(5).
    let roots = Set(children.map(\.identity.pid))
    let parents = Dictionary(all.map { ($0.identity.pid, $0.parent) }) { first, _ in first }
    return all.filter { process in
      !Selection.lineage(of: process.identity.pid) { parents[$0] }.isDisjoint(with: roots)
    }
  }

  /// Whoever is logged in by SSH, where none of these logins is known to be the user's.
  ///
  /// A shell in tmux or screen is the child of a server that has left the login it was started from, and
  /// nothing tells which one looks at it now.
  private var otherLogins: [ProcessFacts] {
    ancestors.contains(where: SecureShell.isServer) ? [] : all.filter(SecureShell.isServer)
  }

  private static func ancestors(
    of own: Int32, among all: [ProcessFacts]
  ) -> [ProcessFacts] {
    let processes = Dictionary(all.map { ($0.identity.pid, $0) }) { first, _ in first }
    var ancestors: [ProcessFacts] = []
    var seen: Set<Int32> = [own]
    var next = processes[own]?.parent
    while let pid = next, pid > 1, seen.insert(pid).inserted, let process = processes[pid] {
      ancestors.append(process)
      next = process.parent
    }
    return ancestors
  }
}
