import Faults
import Model

@testable import Agent

/// An agent's machine with everything around it simulated: host, disk, commands, guardian and clock.
///
/// It performs effects as the driver does, and keeps the rules that must hold at every moment.
final class SimulatedAgent {
  let host: FakeHost
  private var machine: AgentMachine
  private(set) var now: Duration = .seconds(1000)
  private(set) var replies: [ReplyMessage] = []
  /// What is on the disk.
  private(set) var disk: [LedgerEntry] = []
  private(set) var isLedgerRemoved = false
  private(set) var hasExited = false
  private(set) var log: [String] = []
  /// Broken rules.
  private(set) var violations: [String] = []
  private(set) var kept: Set<String>?

  /// Effects that fail from now on.
  var failing: Set<FailedEffect> = []
  /// Commands that have been started and have not ended.
  private(set) var commands: [(work: AgentWork, command: Command)] = []
  /// Every command that was started, in order.
  private(set) var started: [Command] = []
  /// What reading the state of the simulated host gives.
  var stateResult = CommandResult(
    ending: .exited(0), output: #"{"elapsed_seconds":0,"sections":{}}"#)
  var commandResult: (Command) -> CommandResult = { _ in CommandResult(ending: .exited(0)) }
  /// Whether commands end by themselves as soon as they start.
  var commandsEndAtOnce = true
  var isGuardianReadyAtOnce = true
  var isHolderReadyAtOnce = true
  /// By step.
  private(set) var holders: [Int: ProcessIdentity] = [:]
  /// What holders of rules were told, by step.
  private(set) var orders: [Int: NetworkOrder] = [:]
  let otherLedgers = OtherLedgers()
  private var events: [AgentEvent] = []
  private var number = 0

  static let identity = AgentMachine.Identity(
    process: ProcessIdentity(pid: 20, startTime: 200), bootID: "boot", pidNamespace: 5,
    facts: HostFacts(
      hostname: "h", kernel: "k", architecture: "a", user: "u", version: JennerVersion.text))

  init(_ processes: [ProcessFacts]) {
    host = FakeHost(processes + [.fake(20, "jenner-agent")])
    machine = AgentMachine(
      on: host, catalog: Catalog(faults: Faults.all, probes: []), identity: Self.identity,
      ledgers: otherLedgers, at: now)
  }

  /// Sends a request and returns its answer, if it has come already.
  @discardableResult
  func ask(_ request: Request) -> Reply? {
    number += 1
    deliver(.received(RequestMessage(number: number, request: request)))
    return replies.last { $0.number == number }?.reply
  }

  func deliver(_ event: AgentEvent) {
    guard !hasExited else { return }
    events.append(event)
    while !events.isEmpty, !hasExited {
      perform(machine.handle(events.removeFirst(), at: now))
    }
  }

  /// Lets time pass, with every wake that falls due.
  func advance(by duration: Duration) {
    let end = now + duration
    while !hasExited, let wake = machine.nextWake, wake <= end {
      now = max(now, wake)
      deliver(.wake)
    }
    now = max(now, end)
  }

  func finishCommand() {
    guard !commands.isEmpty else { return }
    let (work, command) = commands.removeFirst()
    deliver(.ran(work, commandResult(command)))
  }

  // MARK: Effects

  private func perform(_ effects: [AgentEffect]) {
    for effect in effects {
      if let failure = failure(of: effect) {
        events.insert(.failed(failure, Refusal("it failed")), at: 0)
        return
      }
      perform(effect)
    }
  }

  private func failure(of effect: AgentEffect) -> FailedEffect? {
    let kind: FailedEffect? =
      switch effect {
      case .lock, .lockTraffic: .lock
      case .openLedger, .append: .ledger
      case .keepCapabilities: .privileges
      case .startGuardian: .guardian
      case .startHolder, .startNetworkHolder: .holder
      default: nil
      }
    return kind.flatMap { failing.contains($0) ? $0 : nil }
  }

  private func perform(_ effect: AgentEffect) {
    switch effect {
    case .reply(let message):
      replies.append(message)
    case .recover: events.append(.recovered(CommandResult(ending: .exited(0))))
    case .lock: log.append("lock")
    case .lockTraffic(let keys, _):
      log.append("lock \(keys.map(\.name).joined(separator: " "))")
    case .openLedger(_, let entry):
      log.append("open")
      disk.append(entry)
    case .append(let entry): disk.append(entry)
    case .note(let entry):
      if !failing.contains(.ledger) { disk.append(entry) }
    case .keepCapabilities(let names):
      kept = names
      log.append("confine")
    case .startGuardian:
      log.append("guardian")
      if isGuardianReadyAtOnce { becomeGuarded() }
    case .dismissGuardian: events.append(.guardianDismissed)
    case .send(let signal, let process, let work): send(signal, process, work)
    case .startHolder(let step, _): startHolder(step)
    case .startNetworkHolder(let step, _): startHolder(step)
    case .holdNetwork(let step, let order):
      orders[step] = order
      hold([], step: step)
    case .openGate(let holder, let step, let until):
      log.append("gate of \(holder) to \(step) \(until == nil ? "closes" : "opens")")
    case .hold(let step, let processes, _): hold(processes, step: step)
    case .endHolder(let step): endHolder(step)
    case .run(let command, let work): run(command, work)
    case .cancel(let work):
      guard let index = commands.firstIndex(where: { $0.work == work }) else { return }
      commands.remove(at: index)
      events.append(.ran(work, CommandResult(ending: .timedOut)))
    case .watch(let number, _, _, _): events.append(.watching(number: number, nil))
    case .observe(let number, _):
      events.append(.observed(number: number, Observation(outcome: .success)))
    case .readState(let number):
      events.append(.stateRead(number: number, stateResult))
    case .closeLedger(let remove): isLedgerRemoved = remove
    case .removeLedger(let run): otherLedgers.all[run] = nil
    case .exit: hasExited = true
    }
  }

  func becomeGuarded() {
    events.append(.guardianReady(ProcessIdentity(pid: 99, startTime: 990), notes: []))
  }

  private func send(_ signal: Signal, _ process: ProcessIdentity, _ work: AgentWork) {
    log.append("\(signal.name) \(process.pid)")
    if case .injection(let step, _) = work {
      checkRules(beforeStep: step)
      let written = LedgerState(folding: disk).step(step)?.intent.undo ?? []
      if signal == .stop, !written.contains(.resume(process)) {
        violations.append("stopped \(process.pid) before its undo was on disk")
      }
    }
    events.append(.sent(work, host.outcome(of: signal, to: process)))
    if let step = holders.first(where: { $0.value == process })?.key, host.all[process.pid] == nil {
      holders[step] = nil
      events.append(.holderEnded(step: step))
    }
  }

  private func startHolder(_ step: Int) {
    log.append("holder \(step)")
    let facts = ProcessFacts.fake(500 + Int32(step), "jenner-agent")
    host.all[facts.identity.pid] = facts
    holders[step] = facts.identity
    if isHolderReadyAtOnce { becomeReady(step) }
  }

  /// A step's holder says that it is ready.
  func becomeReady(_ step: Int) {
    guard let holder = holders[step] else { return }
    events.append(.holderReady(step: step, holder))
  }

  private func hold(_ processes: [ProcessIdentity], step: Int) {
    log.append("hold \(processes.map { String($0.pid) }.joined(separator: " "))")
    checkRules(beforeStep: step)
    let intent = LedgerState(folding: disk).step(step)?.intent
    if intent?.holder == nil || intent?.holder != holders[step] {
      violations.append("held before its holder was on disk")
    }
    for process in processes where intent?.undo.contains(.release(process)) != true {
      violations.append("held \(process.pid) before its undo was on disk")
    }
    guard let holder = holders[step] else {
      events.append(.held(step: step, .failed("there is no holder")))
      return
    }
    host.hold(processes.map(\.pid), by: holder.pid)
    events.append(.held(step: step, .delivered))
  }

  /// Ends a step's holder, as its agent or anyone else may.
  func endHolder(_ step: Int) {
    log.append("end holder \(step)")
    guard let holder = holders.removeValue(forKey: step) else { return }
    host.end(holder.pid)
    events.append(.holderEnded(step: step))
  }

  private func run(_ command: Command, _ work: AgentWork) {
    log.append("run \(command.shown)")
    started.append(command)
    if case .action(let step) = work { checkRules(beforeStep: step) }
    commands.append((work, command))
    if commandsEndAtOnce {
      commands.removeLast()
      events.append(.ran(work, commandResult(command)))
    }
  }

  private func checkRules(beforeStep step: Int) {
    if hasExited { violations.append("an effect after the end") }
    let ledger = LedgerState(folding: disk)
    if ledger.step(step) == nil { violations.append("step \(step) before its intent") }
    if ledger.guardian == nil { violations.append("step \(step) without a guardian") }
  }
}

/// The ledgers of other runs on the simulated host.
final class OtherLedgers: LedgerReader, @unchecked Sendable {
  // Each test has one of its own and uses it on one thread.
  var all: [String: LedgerState] = [:]

  /// By target: the runs that have locked one.
  var targets: [ProcessIdentity: String] = [:]

  func ledger(ofRun run: String) -> LedgerState? { all[run] }
  func run(withTarget process: ProcessIdentity) -> String? { targets[process] }
}

extension LedgerState {
  init(folding entries: [LedgerEntry]) {
    self.init()
    for entry in entries { apply(entry) }
  }
}
