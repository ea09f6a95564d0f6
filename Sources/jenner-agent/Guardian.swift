internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// The guardian: a process of its own that undoes a run where its agent can't.
///
/// It holds nothing but the ledger's path, a handle on the agent, and the socket on descriptor 3 over
/// which the agent says that the ledger has changed.
final class Guardian {
  private static let socket: Int32 = 3

  private let path: String
  private let host = LinuxHost()
  private let loop: EventLoop
  private let agent: ProcessIdentity
  private var isAgentAlive = true
  private var alarm: EventLoop.Timer?
  private var status = ExitStatus.pass
  private var attempts = 0

  /// How often it tries again where the ledger or a process is in its way; `recover` goes on then.
  private static let attemptLimit = 600

  /// Guards a ledger until nothing is left to guard.
  static func guardLedger(at path: String) -> Int32 {
    nameItself()
    do {
      return try Guardian(path: path).run().rawValue
    } catch {
      Terminal.warn("jenner-agent guardian: \(error)\n")
      return ExitStatus.inconclusive.rawValue
    }
  }

  /// Started through /proc/self/exe it would be shown as `exe` by ps(1) and top(1).
  private static func nameItself() {
    let file = open("/proc/self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    _ = write(file, "jenner-agent", 12)
  }

  private init(path: String) throws {
    guard let agent = StateDirectory.read(path)?.agent else {
      throw SystemError("find the agent in \(path)", code: EINVAL)
    }
    self.path = path
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
    try loop.watch(Self.socket, for: .readable) { [self] _ in
      if SocketPair.receive(from: Self.socket)?.isEmpty ?? false { loop.unwatch(Self.socket) }
      decide()
    }
    let cgroup = GuardianCgroup.enter()
    defer { cgroup.leave() }
    let ready = cgroup.note.map { "ready \($0)\n" } ?? "ready\n"
    SocketPair.send(ready, to: Self.socket)
    decide()
    loop.run()
    return status
  }

  private func takeOverOrLeave() throws -> ExitStatus {
    isAgentAlive = false
    decide()
    return status
  }

  private func decide() {
    // An agent that ended well has removed its ledger.
    guard let ledger = StateDirectory.read(path) else { return loop.stop() }
    if let alarm { loop.cancel(alarm) }
    alarm = nil
    switch GuardianPolicy.decide(ledger, isAgentAlive: isAgentAlive, at: loop.now) {
    case .leave: loop.stop()
    case .wait(let time):
      if let time { alarm = loop.schedule(at: time) { [self] in decide() } }
    case .takeOver:
      let outcome = Takeover(path: path, host: host, isOfEarlierBoot: false).perform()
      // Whoever holds the ledger may let go of it, and a process that would not end may end yet.
      if let outcome, !outcome.problems.isEmpty, attempts < Self.attemptLimit {
        attempts += 1
        alarm = loop.schedule(after: .seconds(1)) { [self] in decide() }
        return
      }
      if let outcome, !outcome.problems.isEmpty || !outcome.state.isSettled {
        status = .residue
      }
      loop.stop()
    }
  }
}
