import ArgumentParser
import FoundationEssentials
import Glibc
import Linux
import Model

/// A worker's surroundings: state, locks, cgroups and a target that nobody else has.
final class Place {
  let programs: Programs
  let folder = "/run/proof"
  /// Holds everything of a run, the guardian's cgroup too.
  let cgroup: Cgroup
  /// Where the runner and the agent begin.
  let inner: Cgroup
  private(set) var target: Target
  private(set) var before: HostPicture?
  /// Whose packets are hit; nil as long as no scenario is about packets.
  private var talker: StartedTalker?
  private static let locks = "/run/lock/jenner"
  private let port: OpenPort
  private var output: Int32 = -1

  var state: String { folder + "/state" }
  var reports: String { folder + "/reports" }

  var environment: [String: String] {
    CommandEnvironment.minimal.merging([
      "JENNER_STATE": state, "JENNER_AGENT": programs.agent, "NO_COLOR": "1",
    ]) { $1 }
  }

  /// What a picture of the host covers besides processes and the network.
  ///
  /// Not the ledgers: a settled one may stay until the next `recover`, and whether it is settled is said
  /// by `residue`.
  private var folders: [String] { ["/run/lock", cgroup.folder, ChangedFiles.folder] }

  /// Makes it, in the namespaces of a worker.
  init(programs: Programs) throws {
    self.programs = programs
    port = try OpenPort()
    let root = try Cgroup.mountPoint()
    cgroup = try Cgroup(making: root + "/proof")
    inner = try Cgroup(making: root + "/proof/run")
    target = try Target()
    try Directory.make(Self.locks, mode: 0o1777)
    try clear()
  }

  /// Makes it as it was before the first case, as far as the last case did not leave it so.
  func clear() throws {
    for folder in [state, reports, Self.locks] {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
        try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
      }
    }
    try ChangedFiles.clear()
    port.drain()
    for folder in [reports, state + "/runs"] { try Directory.make(folder, mode: 0o700) }
    reap()
  }

  /// Ends what a case has left, and gets a target that nobody has touched.
  func renew(for scenario: Scenario) throws {
    try? cgroup.killAtOnce()
    reap()
    try prepareTalker(for: scenario)
    let isUntouched = try !target.isReplaced && target.isFree()
    if isUntouched, target.isTraced == scenario.isTraced { return }
    target.end()
    target = try Target(isTraced: scenario.isTraced)
    before = nil
  }

  private func prepareTalker(for scenario: Scenario) throws {
    guard (talker != nil) != scenario.isOfTraffic else { return }
    talker?.end()
    talker = nil
    if scenario.isOfTraffic { talker = try StartedTalker() }
    before = nil
  }

  /// A picture of the host as it is now.
  func picture() throws -> HostPicture { try HostPicture(folders: folders) }

  /// Begins a case: with a target that nobody has touched, nothing of the last one, and the picture of
  /// the host before it.
  func prepare(for scenario: Scenario) throws -> HostPicture {
    try renew(for: scenario)
    try clear()
    return try remember()
  }

  /// The picture of the host before the case; the same for all as long as nothing has changed it.
  func remember() throws -> HostPicture {
    if let before { return before }
    let picture = try picture()
    before = picture
    return picture
  }

  /// Has the next case look at the host anew.
  func forgetPicture() { before = nil }

  private func write(_ scenario: Scenario) throws -> String {
    let file = folder + "/experiment.yaml"
    try Data(scenario.experiment.utf8).write(to: URL(filePath: file))
    return file
  }

  /// The class of a scenario's fault, as the plan shows it.
  func undoClass(of scenario: Scenario) throws -> UndoClass? {
    let plan = try Tool.run(
      [programs.jenner, "plan", try write(scenario), "--format", "json"], environment: environment)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    do {
      return try decoder.decode(PlanExcerpt.self, from: Data(plan.output.utf8)).undoClass
    } catch {
      throw ValidationError("the plan of \(scenario.fault) can't be read: \(plan.output)")
    }
  }

  /// Writes a scenario's experiment and starts its run, traced.
  func start(_ scenario: Scenario, watching roles: Set<Role>) throws -> TracedRun {
    let file = try write(scenario)
    return try trace(
      [programs.jenner, "run", file, "--yes", "--reports", reports], watching: roles)
  }

  /// Starts a program of ours, traced.
  func trace(_ argv: [String], watching roles: Set<Role>) throws -> TracedRun {
    if output >= 0 { close(output) }
    output = open(folder + "/output", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard output >= 0 else { throw SystemError("open \(folder)/output") }
    let processes = try inner.openProcesses()
    defer { close(processes) }
    return try TracedRun(
      argv, environment: environment, output: output, cgroup: processes, watching: roles)
  }

  /// What the last run wrote.
  var written: String { ProcFile.text(folder + "/output") }

  /// Whether a scenario's fault is in force, as programs that are not ours show it.
  func isHeld(by scenario: Scenario) throws -> Bool {
    switch scenario.subject {
    case .process: try target.isHeld()
    case .traffic: try HostPicture.showsTablesOfRuns()
    case .files: ChangedFiles.areThere
    }
  }

  /// Whether a scenario's fault seems to be in force: quick, and only good for choosing a moment.
  func seemsHeld(by scenario: Scenario) -> Bool {
    switch scenario.subject {
    case .process: target.seemsHeld
    case .traffic: ledgersSpeakOfEffects
    case .files: ChangedFiles.areThere
    }
  }

  private var ledgersSpeakOfEffects: Bool {
    ProcFile.names(in: state + "/runs").filter { $0.hasSuffix(".ledger") }.contains {
      let ledger = ProcFile.text("\(state)/runs/\($0)")
      return ledger.contains(" {\"injected\":") && !ledger.contains(" {\"undone\":")
    }
  }

  /// Whether a scenario's fault has hit anything: rules that stand without force have not.
  func hasHit(_ scenario: Scenario) -> Bool {
    guard seemsHeld(by: scenario) else { return false }
    return !scenario.isOfTraffic || (try? HostPicture.showsRulesInForce()) ?? true
  }

  /// Whether a scenario's fault is in force and stays so.
  func isHeld(by scenario: Scenario, longerThan limit: Duration) throws -> Bool {
    let deadline = EventLoop.now + limit
    while try isHeld(by: scenario) {
      if EventLoop.now >= deadline { return true }
      usleep(5000)
    }
    return false
  }

  /// What is still to be seen of a fault after a time, besides the state of its target.
  func tracesOfFaults(
    since before: HostPicture, mayLeaveLinks: Bool, after limit: Duration
  ) throws -> [String] {
    let deadline = EventLoop.now + limit
    while true {
      let found = try HostPicture.tracesOfFaults(
        since: before, mayLeaveLinks: mayLeaveLinks)
      if found.isEmpty || EventLoop.now >= deadline { return found }
      usleep(20_000)
    }
  }

  /// Runs the agent's program to its end, untraced.
  func agent(_ arguments: [String]) throws -> Tool.Result {
    try Tool.run([programs.agent] + arguments, environment: environment)
  }

  /// Reaps the orphans of a case: the worker is process 1 of its namespace.
  private func reap() {
    while true {
      var info = siginfo_t()
      // The target is a child too, and must stay unreaped where it has died: only its own
      // handle says so then.
      guard waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 else { return }
      let pid = info._sifields._sigchld.si_pid
      guard pid > 0, !target.family.contains(pid), pid != talker?.pid else { return }
      waitpid(pid, nil, 0)
    }
  }
}
