public import Model

/// Reads what other runs on this host have written down; it writes nothing.
public protocol LedgerReader: Sendable {
  /// The run that has locked a process as its target now; nil if none has.
  func run(withTarget process: ProcessIdentity) -> String?

  /// What the ledger of a run says; nil if there is none. Refuses where one is there and can't be read.
  func ledger(ofRun run: String) throws(Refusal) -> LedgerState?
}

/// The agent: what it answers and does, as a synchronous state machine.
///
/// It reads the host, but changes nothing itself: it returns effects, and hears what became of them.
/// A list of effects is performed in order and ends at the first that fails, so that an effect never
/// happens whose undo, which stands before it, is not on disk.
public struct AgentMachine {
  /// Who and where this agent is.
  public struct Identity: Sendable {
    public var process: ProcessIdentity
    public var bootID: String
    public var pidNamespace: UInt64
    public var facts: HostFacts

    /// Makes an identity.
    public init(
      process: ProcessIdentity, bootID: String, pidNamespace: UInt64, facts: HostFacts
    ) {
      self.process = process
      self.bootID = bootID
      self.pidNamespace = pidNamespace
      self.facts = facts
    }
  }

  enum Phase: Sendable {
    case new
    case greeted
    /// `begin` waits, first for what an earlier run left to be cleared, then for the guardian.
    case beginning(number: Int)
    case begun
    /// Everything is being undone; the number of the `end` that asked for it.
    case ending(number: Int?)
    case over
  }

  /// A fault that was prepared: what it would do, shown before it is done.
  struct Prepared {
    var kind: String
    var aim: Aim
    var injection: Injection

    /// The processes that it hits.
    var targets: [ProcessIdentity] {
      if case .processes(_, let targets) = aim { return targets }
      return []
    }
  }

  /// A fault and what it hits.
  enum Aim {
    case processes(any ProcessFault, [ProcessIdentity])
    case traffic(any NetworkFault, Traffic)
  }

  /// A fault whose effects are being performed and measured.
  struct Injecting {
    var number: Int
    var deadline: Duration
    /// What puts it back, in the order of the ledger.
    var undo: [Undo]
    /// Whether nothing has been touched yet, since the holder is not ready.
    var isWaitingForHolder: Bool
    var outcomes: [Int: SignalOutcome] = [:]
    var effectCount: Int
    var measureUntil: Duration
  }

  /// An unwinding and what is to be said at its end.
  struct Running {
    var unwinding: Unwinding
    var steps: Set<Int>
    var purpose: Purpose
    /// Requests that wait for one of its steps.
    var waiting: [(number: Int, step: Int)] = []
  }

  enum Purpose {
    case request
    case expiry
    /// The `rollback` request of this number.
    case rollback(Int)
    case ending
  }

  let host: any Host
  let catalog: Catalog
  let identity: Identity
  let ledgers: any LedgerReader

  var phase = Phase.new
  var lastHeard: Duration
  var plannedKinds: Set<String> = []
  var allowedCapabilities: Set<String> = []
  var allowedProtected: Set<String> = []
  /// Whether every capability that the plan does not need has been dropped.
  var isConfined = false
  /// What `begin` named the run.
  var begun: (run: String, title: String, limit: Duration)?
  var prepared: [Int: Prepared] = [:]
  var ledger = LedgerState()
  var isGuarded = false
  var injecting: [Int: Injecting] = [:]
  /// By step, the deadlines of the faults in force that shape packets.
  var shaping: [Int: Duration] = [:]
  /// The steps whose packets another step's rules had selected by the time they ended.
  var selectedByOthers: Set<Int> = []
  /// By step, what the holders of faults have seen themselves, as far as they have said so.
  var statistics: [Int: NetworkStatistics] = [:]
  var acting: [Int: Int] = [:]
  /// Requests to undo an action that is still running, by step.
  var undoAfterAction: [Int: [Int]] = [:]
  var running: [Int: Running] = [:]
  var lastUnwinding = 0
  /// The request whose effects are being performed, if they may fail.
  var current: (number: Int, step: Int?)?

  /// How long a fault may take to be in force.
  static let measureLimit: Duration = .seconds(1)
  static let measureInterval: Duration = .milliseconds(5)

  /// Makes an agent that has heard nothing yet.
  public init(
    on host: any Host, catalog: Catalog, identity: Identity, ledgers: any LedgerReader,
    at now: Duration
  ) {
    self.host = host
    self.catalog = catalog
    self.identity = identity
    self.ledgers = ledgers
    lastHeard = now
  }

  /// When it wants to hear `wake`, if nothing else happens before.
  public var nextWake: Duration? {
    var times: [Duration] = running.values.compactMap(\.unwinding.nextWake)
    // While an effect has yet to answer, looking again and again would show nothing.
    if injecting.values.contains(where: { $0.outcomes.count == $0.effectCount }) {
      times.append(lastLook + Self.measureInterval)
    }
    switch phase {
    case .beginning, .begun:
      times.append(lastHeard + AgentProtocol.silence)
      if let deadline = ledger.deadline { times.append(deadline) }
      times += expirable.compactMap(\.deadline)
    default: break
    }
    return times.min()
  }

  /// When it last measured a fault.
  var lastLook: Duration = .zero

  /// Whether the run has begun and has not been told to end.
  var isBegun: Bool {
    if case .begun = phase { return true }
    return false
  }

  /// Whether nothing that was done to this host is left to undo.
  public var isClean: Bool { ledger.isSettled }

  private var isOver: Bool {
    if case .over = phase { return true }
    return false
  }

  var isEnding: Bool {
    switch phase {
    case .ending, .over: true
    default: false
    }
  }

  /// Takes notice of what happened and says what to do.
  public mutating func handle(_ event: AgentEvent, at now: Duration) -> [AgentEffect] {
    switch event {
    case .received(let message):
      lastHeard = now
      return handle(message, at: now)
    case .unreadable(let reason):
      return [refuse(nil, Refusal("a line is no message: \(reason)"))]
    case .lost: return end(number: nil, at: now)
    case .wake: return wake(at: now)
    case .failed(let effect, let refusal): return failed(effect, refusal, at: now)
    case .recovered(let result): return recovered(result, at: now)
    case .guardianReady(let process, let notes): return guardianReady(process, notes)
    case .guardianLost: return guardianLost(at: now)
    case .guardianDismissed: return dismissed()
    case .sent(let work, let outcome): return sent(work, outcome, at: now)
    case .holderReady(let step, let holder): return holderReady(step, holder, at: now)
    case .held(let step, let outcome): return held(step, outcome, at: now)
    case .seen(let step, let news):
      statistics[step] = news
      return []
    case .holderEnded(let step): return holderEnded(step, at: now)
    case .ran(let work, let result): return ran(work, result, at: now)
    case .watching(let number, let refusal):
      return [refusal.map { refuse(number, $0) } ?? reply(number, .watching)]
    case .observed(let number, let observation):
      return [reply(number, .observed(observation: observation))]
    case .stateRead(let number, let result): return stateRead(number, result)
    }
  }

  private mutating func handle(_ message: RequestMessage, at now: Duration) -> [AgentEffect] {
    let number = message.number
    if case .hello(let version, let digests) = message.request {
      return hello(number, version, digests)
    }
    if isOver { return [] }
    if case .new = phase {
      return [refuse(number, Refusal("the first message must be hello"))]
    }
    if isEnding { return whileEnding(number, message.request) }
    switch message.request {
    case .hello: return []
    case .resolve(let selector, let allowed): return resolve(number, selector, allowed)
    case .prepare(let step, let fault, let parameters, let targets):
      return prepare(number, step, fault, parameters, targets)
    case .prepareTraffic(
      let step, let fault, let parameters, let selector, let peers, let beside, let allowed):
      allowedProtected.formUnion(allowed)
      return prepareTraffic(number, step, fault, parameters, selector, peers, beside)
    case .state: return state(number)
    case .allow(let capabilities): return allow(number, capabilities)
    case .begin(let run, let title, let seconds):
      guard seconds > 0, seconds <= 2 * Limits.duration.seconds else {
        return [refuse(number, Refusal("a limit of \(seconds) s"))]
      }
      return begin(number, run: run, title: title, limit: .seconds(seconds))
    case .arm(let rollbacks): return arm(number, rollbacks)
    case .inject(let step, let seconds, let undo):
      // Checked before it is converted: a duration that is no number of this world would trap.
      guard seconds > 0, seconds <= Limits.duration.seconds else {
        return [refuse(number, Refusal("a deadline of \(seconds) s"))]
      }
      return inject(number, step, deadline: .seconds(seconds), undo, at: now)
    case .inspect(let step): return inspect(number, step)
    case .undo(let step): return undo(number, step, at: now)
    case .act(let step, let command, let undo): return act(number, step, command, undo)
    case .rollback: return rollBack(number, at: now)
    case .watch(let probe, let kind, let section):
      return watch(number, probe, kind, section)
    case .observe(let probe): return [.observe(number: number, probe: probe)]
    case .status(let run): return status(number, run)
    case .heartbeat: return [reply(number, .heartbeat)]
    case .end: return end(number: number, at: now)
    }
  }

  /// While everything is being undone only questions are answered.
  private mutating func whileEnding(_ number: Int, _ request: Request) -> [AgentEffect] {
    switch request {
    case .heartbeat: return [reply(number, .heartbeat)]
    case .status(let run) where run == ledger.run:
      return [reply(number, .status(ledger.status))]
    case .end:
      guard case .ending(nil) = phase else { break }
      phase = .ending(number: number)
      return []
    default: break
    }
    return [refuse(number, Refusal("the run is ending; nothing more is begun"))]
  }

  func reply(_ number: Int?, _ reply: Reply) -> AgentEffect {
    .reply(ReplyMessage(number: number, reply: reply))
  }

  func refuse(_ number: Int?, _ refusal: Refusal) -> AgentEffect {
    reply(number, .refused(refusal))
  }

  /// Adds an entry that must be on disk before what follows.
  mutating func append(_ entry: LedgerEntry) -> AgentEffect {
    ledger.apply(entry)
    return .append(entry)
  }

  /// Adds an entry that nothing waits for.
  mutating func note(_ entry: LedgerEntry) -> AgentEffect {
    ledger.apply(entry)
    return .note(entry)
  }
}
