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

  let path: String
  let host: LinuxHost
  let isOfEarlierBoot: Bool

  /// Takes over; nil if the ledger is no longer there.
  func perform() -> Outcome? {
    guard let before = StateDirectory.read(path) else { return nil }
    do {
      if !isOfEarlierBoot { try fence(before) }
      guard let file = try openLedger(before) else { return nil }
      var state = try file.state()
      if !state.isClosed || !state.isSettled {
        let unwinding = Unwinding(
          steps: state.pendingSteps, rollbacks: state.pendingRollbacks,
          isOfEarlierBoot: isOfEarlierBoot)
        try Undoer(unwinding, writing: file, on: host).run()
        state = try file.state()
        if state.isSettled { try file.append(.closed) }
        TargetLocks.removeUnheld()
      }
      return Outcome(state: try file.state(), problems: [])
    } catch {
      return Outcome(state: before, problems: ["\(error)"])
    }
  }

  /// Opens the ledger once its holder has let go; one that is stopped never would, and is ended.
  private func openLedger(_ ledger: LedgerState) throws -> LedgerFile? {
    do {
      return try LedgerFile(takingOver: path, waitingAtMost: Self.lockLimit)
    } catch let error as SystemError where error.code == EWOULDBLOCK {
      guard let guardian = ledger.guardian, host.state(of: guardian) == "T" else { throw error }
      try end(guardian)
      return try LedgerFile(takingOver: path, waitingAtMost: Self.lockLimit)
    }
  }

  private func fence(_ ledger: LedgerState) throws(SystemError) {
    if let agent = ledger.agent { try end(agent) }
    // One of them may start another while we look, so this goes on until there is none.
    for _ in 0..<100 {
      let marked = host.processes(marked: EffectMark.variable, ledger.run)
        .filter { host.state(of: $0).map { $0 != "Z" } ?? false }
      if marked.isEmpty { return }
      for process in marked { try end(process) }
    }
    throw SystemError("end every process of run \(ledger.run)", code: EBUSY)
  }

  private func end(_ process: ProcessIdentity) throws(SystemError) {
    guard let handle = try PidFD(process, on: host) else { return }
    _ = try handle.send(.kill)
    guard handle.waitForEnd(atMost: Self.fenceLimit) else {
      throw SystemError("wait for the end of process \(process.pid)", code: ETIMEDOUT)
    }
  }
}

/// Performs an unwinding on a loop of its own, until it is through.
private final class Undoer {
  private let file: LedgerFile
  private let host: LinuxHost
  private let loop: EventLoop
  private let runner: CommandRunner
  private var unwinding: Unwinding
  private var events: [UnwindingEvent] = []

  init(
    _ unwinding: Unwinding, writing file: LedgerFile, on host: LinuxHost
  ) throws(SystemError) {
    self.unwinding = unwinding
    self.file = file
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
      case .note(let entry): try? file.append(entry)
      case .resume(let process):
        events.append(
          .resumed(process, SignalDelivery.send(.resume, to: process, on: host)))
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
