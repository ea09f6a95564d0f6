import Agent
import Faults
import Model

/// An agent's process: the real machine, and its effects performed as the driver of jenner-agent does,
/// one at a time, so that it can be stopped or killed between any two.
final class AgentProgram: Program {
  private var machine: AgentMachine
  private var events: [AgentEvent] = []
  private var effects: [AgentEffect] = []
  private var isWorking = false
  private var isBusy = false
  private var alarm: Duration?
  var ledger: LedgerHandle?
  var guardian: GuardianProgram?
  var isGuardianDismissed = false
  var commands: [AgentWork: RunningCommand] = [:]
  var holders: [Int: HolderProgram] = [:]
  weak var pipe: Pipe?
  /// Where answers go while an experiment is planned.
  var onAnswer: ((ReplyMessage) -> Void)?
  /// Requests that have been read and not answered.
  private(set) var open: [Int: Request] = [:]
  private(set) var lastHeard: Duration
  private(set) var lostAt: Duration?
  /// Whether it was ever ready for faults; one that gives up before leaves questions open.
  private(set) var hasBegun = false
  /// When its machine last decided anything.
  private(set) var lastHandled: Duration = .zero
  let observe: (Int) -> Observation

  static let catalog = Catalog(faults: Faults.all, probes: [SimulatedProbe.self])

  init(on computer: Computer, observe: @escaping (Int) -> Observation) {
    self.observe = observe
    lastHeard = computer.world.now
    let identity = computer.startProcess("jenner-agent")
    machine = AgentMachine(
      on: computer.table, catalog: Self.catalog,
      identity: AgentMachine.Identity(
        process: identity, bootID: computer.bootID, pidNamespace: Computer.pidNamespace,
        facts: HostFacts(
          hostname: "computer-\(computer.number)", kernel: "6.1", architecture: "x86_64",
          user: "root", version: JennerVersion.text)),
      ledgers: computer.disk, at: computer.clock)
    super.init("jenner-agent", identity: identity, on: computer)
  }

  // MARK: What it hears

  func receive(_ message: RequestMessage) {
    run { [self] in
      world.note("request", message.number, "\(identity.pid) \(message)")
      open[message.number] = message.request
      computer.oracle.asked(message.request, of: self)
      lastHeard = world.now
      events.append(.received(message))
      work()
    }
  }

  func lose(_ reason: String) {
    run { [self] in
      lostAt = lostAt ?? world.now
      computer.oracle.lost(self)
      deliver(.lost(reason))
    }
  }

  func deliver(_ event: AgentEvent) {
    run { [self] in
      events.append(event)
      work()
    }
  }

  /// Heard before anything that arose from the effects before it; what followed is left out.
  func fail(_ effect: FailedEffect, _ reason: String) {
    world.note("failed", 0, "\(identity.pid) \(effect): \(reason)")
    effects = []
    events.insert(.failed(effect, Refusal(reason)), at: 0)
  }

  func append(_ event: AgentEvent) { events.append(event) }

  /// For so many seconds someone says that he lives, and nothing else.
  func hearHeartbeats(for seconds: Int) {
    guard seconds > 0, isAlive else { return }
    receive(RequestMessage(number: 2_000_000_000 + seconds, request: .heartbeat))
    world.after(.seconds(1)) { [weak self] in self?.hearHeartbeats(for: seconds - 1) }
  }

  // MARK: Work

  override func resumed() { work() }

  private func work() {
    guard !isWorking else { return }
    isWorking = true
    while isRunnable, !isBusy {
      if let effect = effects.first {
        world.countOperation()
        guard isAlive else {
          tear(effect)
          break
        }
        guard isRunnable else { break }
        effects.removeFirst()
        perform(effect)
        takeTime(for: effect)
      } else if !events.isEmpty {
        lastHandled = world.now
        effects = machine.handle(events.removeFirst(), at: computer.clock)
      } else {
        break
      }
    }
    isWorking = false
    if isRunnable, !isBusy { setAlarm() }
  }

  /// A disk takes its time, and the process waits for it.
  private func takeTime(for effect: AgentEffect) {
    switch effect {
    case .append, .note, .openLedger: break
    default: return
    }
    let latency = world.random.milliseconds(computer.disk.latency)
    guard latency > .zero, isAlive else { return }
    isBusy = true
    run(after: latency) { [self] in
      isBusy = false
      work()
    }
  }

  private func tear(_ effect: AgentEffect) {
    switch effect {
    case .append(let entry), .note(let entry): ledger?.tear(entry)
    default: break
    }
  }

  private func setAlarm() {
    guard let wake = machine.nextWake, wake != alarm else { return }
    alarm = wake
    world.at(computer.worldTime(of: wake)) { [weak self] in
      self?.run { [weak self] in
        guard let self, alarm == wake else { return }
        alarm = nil
        deliver(.wake)
      }
    }
  }

  func answer(_ message: ReplyMessage) {
    world.note("reply", message.number ?? 0, "\(identity.pid) \(message)")
    if let number = message.number, open.removeValue(forKey: number) == nil {
      world.violate("a request is answered once")
    }
    if case .begun = message.reply { hasBegun = true }
    if case .rolledBack = message.reply { computer.oracle.rolledBack(by: self) }
    if case .undone(let step, let proofs) = message.reply, proofs.allSatisfy(\.isProved) {
      computer.oracle.undone(step, by: self)
    }
    onAnswer?(message)
    pipe?.reply(message)
  }

  override func ended() {
    pipe?.closeByAgent()
  }

  /// Ends as the driver does, once its last words are out.
  func leave() {
    let unanswered = open.values.contains { if case .observe = $0 { false } else { true } }
    if unanswered, events.isEmpty, hasBegun {
      world.violate("an agent that leaves has answered every request")
    }
    computer.oracle.leaving(self)
    run(after: .milliseconds(5)) { [self] in end() }
  }
}
