import FoundationEssentials
import Glibc
import Linux
import Model

/// One run of the self-test: this program as a user starts it, with a state directory of its own.
struct SelftestRun {
  /// Longer than anything here takes, and short enough not to wait for ever.
  static let patience: Duration = .seconds(30)
  /// By then the kernel must have ended what is its own to end.
  private static let kernelPatience: Duration = .seconds(5)
  private static let duration: Duration = .seconds(2)

  let kind: String
  let scenario: SelftestScenario
  /// A directory of this run's own.
  let folder: String
  private let host = LinuxHost()

  var state: String { folder + "/state" }

  /// Runs it to its end and says what was left; one that is interrupted is put back first.
  func outcome() throws(SelftestInterruption) -> SelftestOutcome {
    do throws(SelftestProblem) {
      return try attempt()
    } catch {
      if let interruption = error.interruption { throw interruption }
      return SelftestOutcome(
        fault: kind, scenario: scenario,
        result: error.isOfThisHost ? .notHere(error.reason) : .failed(error.reason))
    }
  }

  /// Waits until nobody of a run that was cut off is at work, and has what is left put back.
  ///
  /// Its runner and its target are gone by now, which is the end of the pipe to its agent.
  func putBack() throws(SelftestProblem) {
    _ = try wait { self.ours().isEmpty }
    guard try succeeds(["recover"]) else { throw SelftestProblem(reason: left()) }
    let deadline = EventLoop.now + Self.kernelPatience
    while !(try succeeds(["residue"])) {
      // What others leave for a moment, such as an agent that is just ending, is not waited for longer.
      guard EventLoop.now < deadline else {
        throw SelftestProblem(reason: "'jenner residue' finds something")
      }
      usleep(200_000)
    }
  }

  private func attempt() throws(SelftestProblem) -> SelftestOutcome {
    let target: ThrowawayProcess
    let run: SelftestProcess
    do throws(SystemError) {
      try Directory.make(folder, mode: 0o700)
      target = try ThrowawayProcess(pidFile: folder + "/target.pid")
      let file = folder + "/experiment.yaml"
      try DurableFile.replace(file, with: Array(experiment(on: target).utf8), mode: 0o600)
      run = try SelftestProcess(
        ["run", file, "--yes", "--reports", folder + "/reports"], state: state)
    } catch {
      throw SelftestProblem(reason: "\(error)")
    }
    if isOfTraffic, !SelftestTarget.hasOwnNetwork(target.identity.pid) {
      throw SelftestProblem(
        reason: "a network of its own for the target takes root", isOfThisHost: true)
    }
    let start = try strike(run, on: target)
    return try judge(target, run, since: start)
  }

  /// Waits until the fault is in force and kills whom the scenario names; gives the time of that.
  private func strike(
    _ run: SelftestProcess, on target: ThrowawayProcess
  ) throws(SelftestProblem) -> Duration {
    guard !scenario.victims.isEmpty else {
      try run.wait(atMost: Self.patience)
      try requireInjected()
      return EventLoop.now
    }
    let isInForce = try wait { self.isInjected && self.hasHit(target) || run.hasEnded }
    guard isInForce, !run.hasEnded else { throw notInjected() }
    let victims = ours().filter { scenario.victims.contains($0.role) }.map(\.process.pid)
    guard victims.count >= scenario.victims.count - 1, !victims.isEmpty else {
      throw SelftestProblem(
        reason: "the \(scenario.rawValue.split(separator: " ").first ?? "") process is not "
          + "visible here", isOfThisHost: true)
    }
    // Stopped first, so that none can react to the end of another.
    for signal in victims.count > 1 ? [SIGSTOP, SIGKILL] : [SIGKILL] {
      for pid in victims { _ = kill(pid, signal) }
    }
    return EventLoop.now
  }

  /// Whether a fault that was ordered shows: an agent notes it when it gives the order.
  private func hasHit(_ target: ThrowawayProcess) -> Bool {
    guard isOfTraffic else { return target.damage(mayEnd: false) != nil }
    return SelftestNetwork(of: target.identity)?.hasLiveRules ?? false
  }

  /// What is left, first without and then with `recover`.
  private func judge(
    _ target: ThrowawayProcess, _ run: SelftestProcess, since start: Duration
  ) throws(SelftestProblem) -> SelftestOutcome {
    let record = record()
    let undoClass = try undoClass(record)
    let mayEnd = undoClass == UndoClass.none.rawValue
    let isKernels = undoClass == UndoClass.kernel.rawValue
    let network = isOfTraffic ? SelftestNetwork(of: target.identity) : nil
    // With everything killed the kernel has its turn first; for the rest only `recover` is left.
    var isClean = true
    if isKernels || !scenario.needsRecover {
      isClean = try wait {
        target.damage(mayEnd: mayEnd) == nil && (scenario.needsRecover || self.ours().isEmpty)
      }
    }
    // Nobody is there who could remove rules but the kernel, which does once their holder is dead.
    if isKernels, scenario.needsRecover { try requireNothing(in: network, withDevices: false) }
    var seconds = (EventLoop.now - start).seconds
    if scenario.needsRecover, isClean {
      isClean = try succeeds(["recover"])
      if !isKernels { seconds = (EventLoop.now - start).seconds }
    }
    run.kill()
    if let damage = target.damage(mayEnd: mayEnd) { throw SelftestProblem(reason: damage) }
    guard isClean else { throw SelftestProblem(reason: left()) }
    guard try succeeds(["residue"]) else {
      throw SelftestProblem(reason: "'jenner residue' finds something")
    }
    try requireNothing(in: network, withDevices: true)
    return SelftestOutcome(
      fault: kind, undoClass: undoClass, scenario: scenario,
      result: .clean(seconds: seconds, byRecover: scenario.needsRecover && !isKernels))
  }

  /// Looks into the network of the target until nothing of ours is there, for as long as that may take.
  private func requireNothing(
    in network: SelftestNetwork?, withDevices: Bool
  ) throws(SelftestProblem) {
    guard let network else { return }
    var left: String?
    let isClear = try wait(atMost: Self.kernelPatience) {
      left = network.left(withDevices: withDevices)
      return left == nil
    }
    if !isClear, let left {
      let place = withDevices ? "" : "with everything killed, and before 'recover': "
      throw SelftestProblem(reason: place + left)
    }
  }

  private var isOfTraffic: Bool { Catalog.builtIn.faults[kind]?.targeting == .traffic }

  private func succeeds(_ command: [String]) throws(SelftestProblem) -> Bool {
    let process: SelftestProcess
    do throws(SystemError) {
      process = try SelftestProcess(command, state: state)
    } catch {
      throw SelftestProblem(reason: "\(error)")
    }
    return try process.wait(atMost: Self.patience) == 0
  }

  private func left() -> String {
    let processes = ours().map { "\($0.process.pid)" }.joined(separator: ", ")
    return processes.isEmpty ? "'jenner recover' failed" : "processes \(processes) are still there"
  }

  private func wait(
    atMost limit: Duration = Self.patience, until condition: () -> Bool
  ) throws(SelftestProblem) -> Bool {
    let deadline = EventLoop.now + limit
    while !condition() {
      try SelftestProblem.checkForInterruption()
      guard EventLoop.now < deadline else { return false }
      usleep(5_000)
    }
    return true
  }

  // MARK: What is seen

  /// The processes of this run, told by their state directory.
  private func ours() -> [(process: ProcessIdentity, role: SelftestRole)] {
    host.environments(of: "JENNER_STATE").compactMap { found in
      guard found.value == state, let facts = host.process(found.process.pid), !facts.isDead,
        let role = SelftestRole(commandLine: facts.commandLine)
      else { return nil }
      return (found.process, role)
    }
  }

  private var ledger: String {
    let names = (try? Directory.entries(of: state + "/runs")) ?? []
    return names.compactMap { try? FileContents.bytes(of: "\(state)/runs/\($0)", limit: 1 << 20) }
      .map { String(decoding: $0, as: UTF8.self) }.joined()
  }

  /// Whether the ledger says that the effects were performed.
  private var isInjected: Bool { ledger.contains("{\"injected\":") }

  private func record() -> Record? {
    let runs = (try? Directory.entries(of: folder + "/reports")) ?? []
    guard let run = runs.first,
      let bytes = try? FileContents.bytes(
        of: "\(folder)/reports/\(run)/record.json", limit: Limits.outputSize)
    else { return nil }
    return try? JSONDecoder().decode(Record.self, from: Data(bytes))
  }

  private func requireInjected() throws(SelftestProblem) {
    guard let record = record() else { throw SelftestProblem(reason: "the run left no record") }
    guard record.faults.contains(where: \.inForce) else { throw notInjected() }
    guard record.clean else { throw SelftestProblem(reason: "the run is not clean") }
  }

  private func notInjected() -> SelftestProblem {
    let record = record()
    let reason = record?.faults.first?.achieved ?? record?.reasons.first ?? "the run ended early"
    return SelftestProblem(reason: reason, isOfThisHost: record?.ended == .refused)
  }

  /// The class that was planned: of a run that was killed the ledger says it.
  private func undoClass(_ record: Record?) throws(SelftestProblem) -> String {
    if let known = record?.faults.first?.undoClass.rawValue { return known }
    let text = ledger
    for known in UndoClass.allCases where text.contains("\"undoClass\":\"\(known.rawValue)\"") {
      return known.rawValue
    }
    return UndoClass.none.rawValue
  }

  /// Nothing is judged: only what is left matters.
  private func experiment(on target: ThrowawayProcess) -> String {
    """
    version: 1
    title: Selftest of \(kind)
    steady-state-hypothesis:
      baseline: 100ms
      recovery: {within: 1s, holds: 50ms}
      probes:
        - {name: nothing, command: {run: ['true'], timeout: 1s}, every: 50ms}
    method:
      - name: selftest
        fault: \(kind)
        \(selection(target))
        for: \(scenario.victims.isEmpty ? "300ms" : Self.duration.text)
    limits: {duration: 20s}

    """
  }
}

/// Why a cell of the self-test is not clean.
struct SelftestProblem: Error {
  var reason: String
  /// Whether the fault can't be tried here at all, which is no fault of ours.
  var isOfThisHost = false
  /// Whether it is none, and only a signal has come.
  var interruption: SelftestInterruption?

  /// Throws where a signal asks this program to end.
  static func checkForInterruption() throws(SelftestProblem) {
    do throws(SelftestInterruption) {
      try SelftestInterruption.check()
    } catch {
      throw SelftestProblem(reason: "interrupted", interruption: error)
    }
  }
}
