import ExperimentFile
import Model
import Verdict

@testable import Runner

/// A world with a manual clock: agents and probes that answer as a script says, in exact order.
struct SimulatedWorld {
  /// How the world behaves; every closure gets the time since the run began, in seconds.
  struct Script {
    /// What a probe sees; `isFaulted` says whether any fault is in force.
    var observe: (_ time: Double, _ isFaulted: Bool) -> Observation = { _, _ in .healthy }
    /// What an agent answers; nil: what a sound agent would.
    var answer: (_ time: Double, Request) -> Reply? = { _, _ in nil }
    /// How long an answer takes.
    var delay: (Request) -> Duration = { _ in .milliseconds(1) }
    /// When an agent is lost.
    var lostAt: Double?
    /// What the ledger says after that.
    var ledger = LedgerStatus(run: "r", isKnown: true, pending: [], proofs: [])
    /// Whether nobody ever answers who reconnects.
    var isUnreachable = false
    /// When someone interrupts.
    var interruptAt: Double?
    /// The state of the host when it is read again, the number of the attempt given; nil: no answer.
    var stateAfter: (_ attempt: Int) -> Result<HostState, Refusal>? = { _ in .success(.simulated) }
  }

  private var machine: RunMachine
  private var script: Script
  private var now: Duration = .seconds(1_000)
  private let origin: Duration = .seconds(1_000)
  private var queue: [(time: Duration, order: Int, event: RunEvent)] = []
  private var order = 0
  private var alarm: Duration?
  private var isFaulted = false
  private var isLost = false
  private(set) var requests: [(time: Double, request: Request)] = []
  private(set) var record: Record?
  private var stateReadings = 0

  init(_ specification: RunSpecification, script: Script = Script()) {
    machine = RunMachine(specification)
    self.script = script
  }

  /// Runs to the end; a run that does not end within so many events hangs, and gives nil.
  mutating func run(mostEvents: Int = 2_000_000) -> Record? {
    if let time = script.interruptAt { plan(.interrupted(.interrupt), at: origin + .seconds(time)) }
    if let time = script.lostAt {
      plan(.lost(host: "local", reason: "killed"), at: origin + .seconds(time))
    }
    perform(machine.handle(.start, at: now))
    for _ in 0..<mostEvents where record == nil {
      guard let (time, event) = next() else { return nil }
      now = max(now, time)
      if case .lost = event { isLost = true }
      perform(machine.handle(event, at: now))
    }
    return record
  }

  private var seconds: Double { (now - origin).seconds }

  private mutating func plan(_ event: RunEvent, at time: Duration) {
    order += 1
    queue.append((time, order, event))
  }

  private mutating func next() -> (Duration, RunEvent)? {
    let index = queue.indices.min { a, b in
      (queue[a].time, queue[a].order) < (queue[b].time, queue[b].order)
    }
    if let alarm, alarm <= (index.map { queue[$0].time } ?? alarm) {
      self.alarm = nil
      return (alarm, .wake)
    }
    guard let index else { return nil }
    let entry = queue.remove(at: index)
    return (entry.time, entry.event)
  }

  private mutating func perform(_ effects: [RunEffect]) {
    for effect in effects {
      switch effect {
      case .observe(let probe, let scheduled):
        let observation = script.observe(seconds, isFaulted)
        plan(
          .observed(probe: probe, scheduled: scheduled, observation),
          at: now + .seconds(observation.latency))
      case .send(let host, let message): answer(message, host: host)
      case .reconnect where script.isUnreachable: isFaulted = false
      case .reconnect(let host):
        plan(.reconnected(host: host, script.ledger), at: now + .milliseconds(50))
        isFaulted = false
      case .readState(let host):
        stateReadings += 1
        guard let result = script.stateAfter(stateReadings) else { break }
        plan(.stateRead(host: host, result), at: now + .milliseconds(50))
      case .wake(let time): alarm = time
      case .tell: break
      case .finish(let record): self.record = record
      }
    }
  }

  private mutating func answer(_ message: RequestMessage, host: String) {
    guard !isLost else { return }
    requests.append((seconds, message.request))
    let reply = script.answer(seconds, message.request) ?? sound(message.request)
    if case .injected(let evidence) = reply, evidence.isInForce { isFaulted = true }
    if case .undone = reply { isFaulted = false }
    plan(
      .reply(host: host, ReplyMessage(number: message.number, reply: reply)),
      at: now + script.delay(message.request))
  }

  private func sound(_ request: Request) -> Reply {
    let evidence = Evidence(requested: "1 process", achieved: "1 of 1", isInForce: true)
    switch request {
    case .state: return .state(.simulated)
    case .begin: return .begun(notes: [])
    case .allow, .arm: return .armed
    case .inject: return .injected(evidence: evidence)
    case .inspect: return .inspected(evidence: evidence)
    case .undo(let step):
      let proof = UndoProof(step: "resume", isProved: true, evidence: "it runs")
      return .undone(step: step, proofs: [proof])
    case .act: return .acted(result: CommandResult(ending: .exited(0)))
    case .rollback: return .rolledBack(results: [CommandResult(ending: .exited(0))])
    case .watch: return .watching
    case .observe: return .observed(observation: .healthy)
    case .heartbeat: return .heartbeat
    case .end:
      return .ended(LedgerStatus(run: "r", isKnown: true, pending: [], proofs: []))
    case .resolve: return .resolved(candidates: [[.of(100)]])
    case .prepare(_, _, _, let targets):
      return .prepared(
        injection: Injection(
          effects: targets.map { .signal($0, .stop) }, undo: targets.map { .resume($0) },
          undoClass: .guardian))
    case .hello, .status, .prepareTraffic:
      return .refused(Refusal("not asked while a run goes on"))
    }
  }
}

extension HostState {
  /// The simulated host: the target of its fault and the network that it stands in.
  static var simulated: HostState {
    var state = HostState()
    let victim = ProcessEntry(
      process: ProcessFacts.of(100).identity, condition: .running, program: "victim")
    state.set(.processes, to: .entries([victim.key: victim.text]))
    for section in allSections.dropFirst() { state.set(section, to: .entries([:])) }
    return state
  }

  private static let allSections = Section.allCases

  /// The same with one entry more, or another one.
  func with(_ section: Section, _ key: String, _ text: String?) -> HostState {
    guard case .entries(var entries)? = sections[section] else { return self }
    var changed = self
    entries[key] = text
    changed.set(section, to: .entries(entries))
    return changed
  }
}

extension Observation {
  static let healthy = Observation(outcome: .success, value: 3, latency: 0.01)
  static let ill = Observation(outcome: .failure, reason: "refused", value: 1, latency: 0.01)
}
