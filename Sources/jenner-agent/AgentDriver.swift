internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// Joins the agent's machine to this host: feeds it events and performs its effects, in order.
final class AgentDriver {
  private let loop: EventLoop
  private let host = LinuxHost()
  private let state = StateDirectory()
  private let runner: CommandRunner
  private var machine: AgentMachine
  private var channel: LineChannel?
  private var observations: Observations?

  private var ledger: LedgerFile?
  private let locks = TargetLocks()
  private var guardian: GuardianProcess?
  private var isGuardianDismissed = false
  private var commands: [AgentWork: RunningCommand] = [:]
  private var holders: [Int: HolderProcess] = [:]
  private var networkHolders: [Int: NetworkHolderProcess] = [:]

  private var events: [AgentEvent] = []
  private var isHandling = false
  private var alarm: EventLoop.Timer?
  private var exitStatus: ExitStatus = .pass

  /// Serves a runner on standard input and output until it leaves or is lost.
  static func serve(catalog: Catalog) -> Int32 {
    do {
      let driver = try AgentDriver(catalog: catalog)
      driver.loop.run()
      return driver.exitStatus.rawValue
    } catch {
      Terminal.warn("jenner-agent: \(error)\n")
      return ExitStatus.inconclusive.rawValue
    }
  }

  private init(catalog: Catalog) throws {
    loop = try EventLoop()
    // Actions have exactly the capabilities that they list.
    runner = CommandRunner(loop: loop, exactCapabilities: true)
    guard let process = host.identity(of: getpid()) else {
      throw SystemError("find this process in /proc", code: ENOENT)
    }
    var facts = HostFacts.current()
    facts.note = GuardianCgroup.obstacle
    machine = AgentMachine(
      on: host, catalog: catalog,
      identity: AgentMachine.Identity(
        process: process, bootID: HostIdentity.bootID, pidNamespace: HostIdentity.pidNamespace,
        facts: facts), ledgers: state, at: loop.now)
    // To be told to end means to undo first.
    try loop.watch(signals: [.hangUp, .interrupt, .terminate]) { [unowned self] signal in
      deliver(.lost("signal \(signal.name)"))
    }
    observations = try Observations(catalog: catalog, loop: loop, runner: runner) {
      [unowned self] number, observation in
      deliver(.observed(number: number, observation))
    }
    channel = try LineChannel(
      reader: STDIN_FILENO, writer: STDOUT_FILENO, on: loop,
      onLine: { [unowned self] in received($0) },
      onEnd: { [unowned self] in deliver(.lost("\($0)")) })
  }

  private func received(_ line: [UInt8]) {
    do throws(Refusal) {
      deliver(.received(try MessageCoding.request(from: line)))
    } catch {
      deliver(.unreadable(error.message))
    }
  }

  // MARK: Events

  /// Hands an event to the machine; one that arises meanwhile waits for its turn.
  private func deliver(_ event: AgentEvent) {
    events.append(event)
    guard !isHandling else { return }
    isHandling = true
    while !events.isEmpty {
      perform(machine.handle(events.removeFirst(), at: loop.now))
    }
    isHandling = false
    setAlarm()
  }

  private func setAlarm() {
    if let alarm { loop.cancel(alarm) }
    alarm = machine.nextWake.map { time in
      loop.schedule(at: time) { [unowned self] in deliver(.wake) }
    }
  }

  // MARK: Effects

  private func perform(_ effects: [AgentEffect]) {
    for effect in effects {
      do throws(Failure) {
        try perform(effect)
      } catch {
        // Heard next, before anything that arose from the effects before it.
        events.insert(.failed(error.effect, error.refusal), at: 0)
        return
      }
    }
  }

  private struct Failure: Error {
    var effect: FailedEffect
    var refusal: Refusal
  }

  private func perform(_ effect: AgentEffect) throws(Failure) {
    switch effect {
    case .reply(let message): channel?.send(MessageCoding.line(of: message))
    case .recover: try check(.ledger) { () throws(Refusal) in try recover() }
    case .lock(let targets, let run):
      try check(.lock) { () throws(Refusal) in try locks.lock(targets, run: run) }
    case .openLedger(let run, let entry):
      try attempt(.ledger) {
        try state.make()
        ledger = try LedgerFile(creating: state.ledgerPath(ofRun: run), entry)
      }
    case .append(let entry):
      try attempt(.ledger) {
        guard let ledger else { throw SystemError("write the ledger", code: EBADF) }
        try ledger.append(entry)
        locks.follow(entry)
        guardian?.poke()
      }
    case .note(let entry):
      try? ledger?.append(entry)
      locks.follow(entry)
      guardian?.poke()
    case .keepCapabilities(let names):
      try attempt(.privileges) { try Capabilities.keepOnly(names) }
    case .startGuardian: try startGuardian()
    case .dismissGuardian: dismissGuardian()
    case .send(let signal, let process, let work):
      events.append(.sent(work, SignalDelivery.send(signal, to: process, on: host)))
    case .startHolder(let step, let run):
      try attempt(.holder) {
        holders[step] = try HolderProcess(run: run, on: loop) { [unowned self] in
          heard($0, ofStep: step)
        }
      }
    case .hold(let step, let processes, let deadline):
      if holders[step]?.hold(processes, until: deadline) != true {
        events.append(.held(step: step, .failed("the holder could not be told what to hold")))
      }
    case .lockTraffic(let keys, let run):
      try check(.lock) { () throws(Refusal) in try locks.lock(keys, run: run) }
    case .startNetworkHolder(let step, let run):
      try attempt(.holder) {
        networkHolders[step] = try NetworkHolderProcess(run: run, on: loop) { [unowned self] in
          heard($0, ofStep: step)
        }
      }
    case .holdNetwork(let step, let order):
      if networkHolders[step]?.send(.hold(order)) != true {
        events.append(.held(step: step, .failed("the holder could not be told its rules")))
      }
    case .openGate(let holder, let step, let until):
      networkHolders[holder]?.send(.gate(step: step, until: until?.nanoseconds))
    case .endHolder(let step):
      holders[step]?.kill()
      networkHolders[step]?.kill()
    case .run(let command, let work): run(command, work)
    case .cancel(let work): commands[work]?.cancel()
    case .watch(let number, let probe, let kind, let section):
      watch(number, probe, kind, section)
    case .readState(let number): readState(number)
    case .observe(let number, let probe): observations?.observe(probe, number: number)
    case .closeLedger(let isRemovable): closeLedger(remove: isRemovable)
    case .removeLedger(let run): removeLedger(ofRun: run)
    case .exit: exit()
    }
  }

  private func attempt(_ effect: FailedEffect, _ body: () throws -> Void) throws(Failure) {
    do {
      try body()
    } catch let refusal as Refusal {
      throw Failure(effect: effect, refusal: refusal)
    } catch {
      throw Failure(effect: effect, refusal: Refusal("\(error)"))
    }
  }

  private func check(
    _ effect: FailedEffect, _ body: () throws(Refusal) -> Void
  ) throws(Failure) {
    do throws(Refusal) {
      try body()
    } catch {
      throw Failure(effect: effect, refusal: error)
    }
  }

  private func run(_ command: Command, _ work: AgentWork) {
    commands[work] = runner.run(command, for: .action) { [unowned self] result in
      commands[work] = nil
      deliver(.ran(work, result))
    }
    // Should this agent be lost, whoever takes over ends what the action is still doing first.
    if case .action(let step) = work, let session = commands[work]?.leader {
      try? ledger?.append(.started(step: step, session: session))
    }
  }

  private func heard(_ news: HolderNews, ofStep step: Int) {
    if case .ended = news {
      holders[step] = nil
      networkHolders[step] = nil
    }
    deliver(news.event(ofStep: step))
  }

  /// In a process of its own, with this one's capabilities, so that heartbeats go on meanwhile.
  ///
  /// Where the ledgers can't be had, no run could begin: that is said in its own words, and at once.
  private func recover() throws(Refusal) {
    do throws(SystemError) {
      _ = try state.ledgerPaths()
    } catch {
      throw Refusal(
        "ledgers can't be kept here: \(error)", cure: state.remedyOfUnlisted)
    }
    let runner = CommandRunner(loop: loop, exactCapabilities: false)
    var command = Command(argv: ["/proc/self/exe", "recover"], timeout: .seconds(600))
    command.environment["JENNER_STATE"] = state.path
    runner.run(command, for: .action) { [unowned self] in deliver(.recovered($0)) }
  }

  /// Likewise: the state is read by a process that may see everything, and that can wait for tools.
  private func readState(_ number: Int) {
    let runner = CommandRunner(loop: loop, exactCapabilities: false)
    var command = Command(
      argv: ["/proc/self/exe", "state", "--format", "json"], timeout: HostState.patience)
    command.environment["JENNER_STATE"] = state.path
    runner.run(command, for: .probe, outputLimit: Limits.messageSize) { [unowned self] in
      deliver(.stateRead(number: number, $0))
    }
  }

  private func watch(_ number: Int, _ probe: Int, _ kind: String, _ section: JSON) {
    do throws(Refusal) {
      try observations?.declare(probe, kind: kind, section: section)
      events.append(.watching(number: number, nil))
    } catch {
      events.append(.watching(number: number, error))
    }
  }

  private func startGuardian() throws(Failure) {
    try attempt(.guardian) {
      guard let ledger else { throw SystemError("guard a ledger", code: EBADF) }
      guardian = try GuardianProcess(ledger: ledger.path, on: loop) { [unowned self] news in
        switch news {
        case .ready(let process, let notes): deliver(.guardianReady(process, notes: notes))
        case .ended:
          guardian = nil
          deliver(isGuardianDismissed ? .guardianDismissed : .guardianLost)
        }
      }
    }
  }

  /// It ends by itself once it reads that the ledger is closed; this makes sure.
  private func dismissGuardian() {
    isGuardianDismissed = true
    guard let guardian else {
      events.append(.guardianDismissed)
      return
    }
    guardian.poke()
    loop.schedule(after: .seconds(2)) { [weak guardian] in guardian?.kill() }
  }

  private func closeLedger(remove isRemovable: Bool) {
    if isRemovable {
      guardian?.kill()
      try? ledger?.remove()
    }
    ledger = nil
    locks.release()
  }

  /// Its agent may have been killed after it had closed the ledger, and before it gave its locks up.
  private func removeLedger(ofRun run: String) {
    TargetLocks.removeUnheld()
    let path = state.ledgerPath(ofRun: run)
    guard let file = try? LedgerFile(opening: path),
      (try? file.takeOver(waitingAtMost: .zero)) != nil, !file.isRemoved,
      let state = try? file.state(), state.isClosed, state.isSettled
    else { return }
    try? file.remove()
  }

  /// Ends once the last reply is written, or will not be read.
  private func exit() {
    if machine.isClean == false { exitStatus = .residue }
    let deadline = loop.now + .seconds(1)
    func leave() {
      if channel?.isFlushed ?? true || loop.now >= deadline { return loop.stop() }
      loop.schedule(after: .milliseconds(5), leave)
    }
    leave()
  }
}
