internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// Doing a dead or stuck agent's duty: fence it, then undo what its ledger says.
///
/// The order matters. An agent that is only stopped would, once continued, inject after the undo; so
/// first the agent and every process of its faults is killed, and known to be gone, and only then is
/// the ledger locked, read again and performed.
struct Takeover {
  /// What it came to.
  struct Outcome {
    var state: LedgerState
    /// What went wrong besides undos that could not be proved.
    var problems: [String]
  }

  static let fenceLimit: Duration = .seconds(5)
  static let lockLimit: Duration = .seconds(10)

  /// Open since before its agent was lost, or just now.
  let ledger: LedgerFile
  let host: LinuxHost
  /// Why the ledger's processes can't be there any more; nil if they may be.
  var processesAreGone: Disappearance?

  /// Takes over.
  func perform() -> Outcome {
    var before = LedgerState()
    do {
      before = try ledger.state()
      let remaining = processesAreGone == nil ? try fence(before) : []
      try lock(before)
      // Whoever held the lock may have undone something, or everything.
      var outcome = try undo(try ledger.state())
      outcome.problems += remaining.map { "process \($0.pid) was killed and has not ended" }
      return outcome
    } catch {
      return Outcome(state: before, problems: ["\(error)"])
    }
  }

  private func undo(_ before: LedgerState) throws -> Outcome {
    if before.isClosed, before.isSettled { return Outcome(state: before, problems: []) }
    let unwinding = Unwinding(
      steps: before.pendingSteps, rollbacks: before.pendingRollbacks,
      processesAreGone: processesAreGone)
    let undoer = try Undoer(unwinding, of: before, writing: ledger, on: host)
    undoer.run()
    if undoer.state.isSettled {
      try? ledger.append(.closed)
      try dismissGuardian(of: before)
    }
    TargetLocks.removeUnheld()
    return Outcome(state: undoer.state, problems: [])
  }

  /// There is nothing left to guard; one that is stopped would not notice.
  private func dismissGuardian(of state: LedgerState) throws {
    guard let guardian = state.guardian, guardian.pid != getpid() else { return }
    _ = try end([guardian])
  }

  /// Locks the ledger once its holder has let go; one that is stopped never would, and is ended.
  private func lock(_ state: LedgerState) throws {
    let deadline = EventLoop.now + patience(state)
    var ended: Set<ProcessIdentity> = []
    while true {
      do {
        let limit = max(.zero, min(deadline - EventLoop.now, Self.lockLimit))
        return try ledger.takeOver(waitingAtMost: ended.isEmpty ? limit : Self.lockLimit)
      } catch let error as SystemError where error.code == EWOULDBLOCK {
        let holder = holder(of: state)
        if let holder, holder.isInTheWay(of: geteuid(), guardian: state.guardian),
          ended.insert(holder.process.identity).inserted
        {
          _ = try end([holder.process.identity])
        } else if EventLoop.now >= deadline {
          throw LedgerIsHeld(path: ledger.path, holder: holder)
        }
      }
    }
  }

  /// Who holds the ledger; where that can't be told it is most likely the guardian, if that is stopped.
  private func holder(of state: LedgerState) -> LedgerHolder? {
    let pid = ledger.holder
    if let pid, let process = host.process(pid), ledger.holder == pid {
      return LedgerHolder(process)
    }
    guard pid == nil, let guardian = state.guardian, let process = host.process(guardian.pid),
      process.identity == guardian, process.isStopped
    else { return nil }
    return LedgerHolder(process)
  }

  /// Whoever undoes already may take as long as its commands may.
  private func patience(_ state: LedgerState) -> Duration {
    let commands = state.pendingSteps.flatMap(\.intent.undo).map(\.timeout)
    return (commands + state.pendingRollbacks.map(\.command.timeout)).reduce(Self.lockLimit, +)
  }

  /// Kills the agent, what is part of its faults, and what an action of its has started.
  ///
  /// Returns what has not ended. A process that was killed never runs a step of its program again,
  /// whatever the kernel still does for it, so that it is no reason to leave a fault in force.
  private func fence(_ ledger: LedgerState) throws(SystemError) -> [ProcessIdentity] {
    let run = ledger.runName(at: self.ledger.path)
    var remaining = try end(ledger.agent.map { [$0] } ?? [])
    // One of them may start another while we look, so this goes on until there is none.
    for _ in 0..<100 {
      let marked = host.environments(of: EffectMark.variable, ofUser: geteuid())
        .filter { $0.value == run }.map(\.process)
        .filter { host.state(of: $0).map { $0 != "Z" } ?? false }
      let acting = ledger.openSessions.flatMap {
        host.members(ofSession: $0, marked: ActionMark.variable, run)
      }
      let found = (marked + acting).filter { !remaining.contains($0) }
      if found.isEmpty { return remaining }
      remaining += try end(found)
    }
    throw SystemError("end every process of run \(run)", code: EBUSY)
  }

  /// Kills processes; returns those that have not ended within the fence's time.
  private func end(_ processes: [ProcessIdentity]) throws(SystemError) -> [ProcessIdentity] {
    let deadline = EventLoop.now + Self.fenceLimit
    for process in processes {
      guard let handle = try PidFD(process, on: host) else { continue }
      _ = try handle.send(.kill)
    }
    var remaining: [ProcessIdentity] = []
    for process in processes {
      guard let handle = try PidFD(process, on: host) else { continue }
      let patience = max(.zero, deadline - EventLoop.now)
      if !handle.waitForEnd(atMost: patience) { remaining.append(process) }
    }
    return remaining
  }
}

/// A ledger that somebody holds for longer than it takes to perform it.
private struct LedgerIsHeld: Error, CustomStringConvertible {
  var path: String
  /// Nil where it can't be told.
  var holder: LedgerHolder?

  var description: String {
    guard let holder else {
      return "\(path) is held by a process that can't be seen from here; wait until it has ended"
    }
    return "\(path) is held by \(holder.text); \(holder.remedy)"
  }
}

/// Performs an unwinding on a loop of its own, until it is through.
private final class Undoer {
  private let ledger: LedgerFile
  private let host: LinuxHost
  private let loop: EventLoop
  /// The ledger with what has been added to it, on disk or not.
  private(set) var state: LedgerState
  private let runner: CommandRunner
  private var unwinding: Unwinding
  private var events: [UnwindingEvent] = []

  init(
    _ unwinding: Unwinding, of state: LedgerState, writing ledger: LedgerFile, on host: LinuxHost
  ) throws(SystemError) {
    self.unwinding = unwinding
    self.state = state
    self.ledger = ledger
    self.host = host
    loop = try EventLoop()
    runner = CommandRunner(loop: loop, exactCapabilities: true)
  }

  func run() {
    perform(unwinding.start(at: loop.now, on: host))
    proceed()
    loop.run()
  }

  private func proceed() {
    while !events.isEmpty {
      perform(unwinding.handle(events.removeFirst(), at: loop.now, on: host))
    }
    // While it waits for a command there is no time to wake at, and the loop has the command.
    guard !unwinding.isFinished, let wake = unwinding.nextWake else { return }
    loop.schedule(at: wake) { [self] in
      guard unwinding.nextWake == wake else { return }
      events.append(.wake)
      proceed()
    }
  }

  private func perform(_ effects: [UnwindingEffect]) {
    for effect in effects {
      switch effect {
      // A full disk must not keep a process stopped: the undo goes on without the entry.
      case .note(let entry):
        state.apply(entry)
        try? ledger.append(entry)
      case .send(let signal, let process):
        events.append(.sent(process, SignalDelivery.send(signal, to: process, on: host)))
      case .run(let command):
        runner.run(command, for: .action) { [self] result in
          events.append(.ran(result))
          proceed()
        }
      }
    }
  }
}

/// Sending a signal to exactly the process that is meant.
enum SignalDelivery {
  static func send(
    _ signal: Signal, to process: ProcessIdentity, on host: LinuxHost
  ) -> SignalOutcome {
    do throws(SystemError) {
      guard let handle = try PidFD(process, on: host) else { return .gone }
      return try handle.send(signal) ? .delivered : .gone
    } catch {
      return .failed(error.description)
    }
  }
}
