internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// The guardian: a process of its own that undoes a run where its agent can't.
///
/// It holds nothing but the ledger's path, a handle on the agent, and the socket on descriptor 3 over
/// which the agent says that the ledger has changed.
final class Guardian {
  private let host = LinuxHost()
  private let loop: EventLoop
  private let agent: ProcessIdentity
  /// Held open, so that no one can take it away.
  private let ledger: LedgerFile
  private var isAgentAlive = true
  private var alarm: EventLoop.Timer?
  private var status = ExitStatus.pass
  private var attempts = 0

  /// How often it tries again where the ledger or a process is in its way; `recover` goes on then.
  private static let attemptLimit = 600

  /// Guards a ledger until nothing is left to guard.
  static func guardLedger(at path: String) -> Int32 {
    Companion.nameItself()
    do {
      return try Guardian(path: path).run().rawValue
    } catch {
      Terminal.warn("jenner-agent guardian: \(error)\n")
      return ExitStatus.inconclusive.rawValue
    }
  }

  private init(path: String) throws {
    guard let ledger = try LedgerFile(opening: path), let agent = try ledger.state().agent else {
      throw SystemError("find the agent in \(path)", code: EINVAL)
    }
    self.ledger = ledger
    self.agent = agent
    loop = try EventLoop()
  }

  private func run() throws -> ExitStatus {
    // Whoever ends the session, or the machine, ends the agent with the same signal, and then the
    // guardian is needed most.
    try loop.watch(signals: [.hangUp, .interrupt, .terminate]) { _ in }
    guard let handle = try PidFD(agent, on: host) else { return try takeOverOrLeave() }
    try loop.watch(handle.descriptor, for: .readable) { [self] _ in
      loop.unwatch(handle.descriptor)
      isAgentAlive = false
      decide()
    }
    try loop.watch(Companion.socket, for: .readable) { [self] _ in
      if SocketPair.receive(from: Companion.socket)?.isEmpty ?? false {
        loop.unwatch(Companion.socket)
      }
      decide()
    }
    let cgroup = GuardianCgroup.enter()
    defer { cgroup.leave() }
    let ready = cgroup.note.map { "ready \($0)\n" } ?? "ready\n"
    SocketPair.send(ready, to: Companion.socket)
    decide()
    loop.run()
    return status
  }

  private func takeOverOrLeave() throws -> ExitStatus {
    isAgentAlive = false
    // On the loop, since it may have to be tried again.
    loop.schedule(after: .zero) { [self] in decide() }
    loop.run()
    return status
  }

  private func decide() {
    if let alarm { loop.cancel(alarm) }
    alarm = nil
    guard let state = try? ledger.state() else { return tryAgain() }
    switch GuardianPolicy.decide(state, isAgentAlive: isAgentAlive, at: loop.now) {
    case .leave: loop.stop()
    case .wait(let time):
      if let time { alarm = loop.schedule(at: time) { [self] in decide() } }
    case .takeOver:
      let outcome = Takeover(ledger: ledger, host: host).perform()
      // Whoever holds the ledger may let go of it, and a process that would not end may end yet.
      if !outcome.problems.isEmpty { return tryAgain() }
      if !outcome.state.isSettled { status = .residue }
      loop.stop()
    }
  }

  private func tryAgain() {
    attempts += 1
    guard attempts <= Self.attemptLimit else {
      status = .residue
      return loop.stop()
    }
    alarm = loop.schedule(after: .seconds(1)) { [self] in decide() }
  }
}
