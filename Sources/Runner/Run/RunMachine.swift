import Model
import Verdict

/// A run, as a synchronous state machine: it is told what happened and says what to do.
///
/// It holds no clock, no socket and no thread, so that a run can be simulated and replayed exactly.
/// Its phases: prepare → baseline → method → undo → rollbacks → recovery → end.
public struct RunMachine: Sendable {
  /// What the run is doing.
  enum Phase: Sendable, Hashable {
    case idle
    /// Agents read the state of their hosts, before anything can change it.
    case readingState(until: Duration)
    /// Agents lock targets, open ledgers and start guardians.
    case preparing
    case baseline(end: Duration)
    /// The window is over; samples that were scheduled in it are still under way.
    case settlingBaseline(end: Duration)
    case arming
    case method
    case undoing
    case rollingBack
    case recovery
    /// Agents close their ledgers.
    case ending
    /// New agents read the state of the hosts that were touched.
    case certifying
    /// The last samples come in.
    case settling(until: Duration)
    case finished
  }

  let specification: RunSpecification
  var phase = Phase.idle
  var effects: [RunEffect] = []
  var record: Record
  /// When the run began, on the clock of the events.
  var origin: Duration = .zero
  var now: Duration = .zero

  var agents: [String: AgentLink] = [:]
  var questions: [String: [Int: Question]] = [:]
  var nextNumber = 1

  var schedules: [ProbeSchedule] = []
  var series: [Series]
  /// By probe: when the observations that are under way were due, in seconds since the run began.
  var underWay: [Set<Double>]
  var watchesOfStop: [ConditionWatch] = []
  /// By probe; those on which the run must not be blind.
  var silence: [Int: SilenceWatch] = [:]
  var recovery: RecoveryWatch?
  var baseline: Baseline?

  var steps: [StepProgress]
  /// The group of steps that is under way.
  var group = 0
  var groupStart: Duration = .zero
  /// Steps that have touched something, in the order in which they did.
  var openSteps: [Int] = []
  /// When the present phase began, in seconds since the run began.
  var phaseStart: Double = 0
  /// Why the method was stopped, if it was.
  var stopReason: String?
  var interruption: Signal?
  var failedActions: [String] = []
  var undoFinished: Duration?
  /// Whether an undo was tried and not proved, of a fault or an action, even if it is proved later.
  var hasUnprovedUndo = false
  /// Hosts that are still to run their rollbacks.
  var rollbackHosts: [String] = []
  /// The hosts that were asked to write rollbacks down.
  var armedHosts: Set<String> = []
  var hasTouched = false
  var faultIndex: [FaultKey: Int] = [:]
  /// By host: what is known of its state before and after.
  var comparisons: [String: HostComparison] = [:]

  /// Makes a run that has not started.
  public init(_ specification: RunSpecification) {
    self.specification = specification
    record = Record(
      runID: specification.runID, started: specification.started,
      experiment: specification.source, tool: specification.tool, plan: specification.plan,
      planDigest: specification.planDigest)
    record.runner = specification.runner
    series = specification.experiment.hypothesis.probes.map { Series(probe: $0.name.text) }
    underWay = series.map { _ in [] }
    // A dry run has locks, ledgers, guardians and a baseline, and then no step to take.
    steps = specification.isDryRun ? [] : specification.plan.steps.map(StepProgress.init)
  }

  /// Takes an event and returns what is to be done about it, in order.
  ///
  /// - Parameter now: the time on a clock that neither jumps nor stops, such as CLOCK_BOOTTIME.
  public mutating func handle(_ event: RunEvent, at now: Duration) -> [RunEffect] {
    self.now = now
    effects = []
    guard phase != .finished else { return [] }
    switch event {
    case .start: start()
    case .wake: break
    case .observed(let probe, let scheduled, let observation):
      take(observation, of: probe, scheduled: scheduled)
    case .reply(let host, let message): take(message, from: host)
    case .lost(let host, let reason): lose(host, reason: reason)
    case .reconnected(let host, let status): takeLedger(status, of: host)
    case .unreachable(let host, let reason): giveUp(host, reason: reason)
    case .stateRead(let host, let result): takeStateAfter(result, of: host)
    case .interrupted(let signal): interrupt(signal)
    }
    advance()
    if phase != .finished, let next = nextTime { effects.append(.wake(at: next)) }
    return effects
  }

  private mutating func start() {
    origin = now
    agents = Dictionary(
      uniqueKeysWithValues: specification.plan.hosts.map { ($0.name, AgentLink(heard: now)) })
    tell("run.started", "run \(specification.runID) started")
    readStates()
  }

  /// Has every agent lock, open its ledger and start its guardian.
  mutating func prepare() {
    phase = .preparing
    for host in specification.plan.hosts.map(\.name) {
      let capabilities = specification.plan.actionCapabilities(on: host)
      if !capabilities.isEmpty { ask(.allow(capabilities: capabilities), of: host, as: .allow) }
      ask(
        .begin(
          run: specification.ledgerName(for: host), title: record.title,
          limitSeconds: specification.agentLimit.seconds), of: host, as: .begin)
    }
    for (index, probe) in specification.experiment.hypothesis.probes.enumerated() {
      guard let host = probe.host?.text else { continue }
      let section = specification.watches[index] ?? probe.section.json
      ask(.watch(probe: index, kind: probe.kind, section: section), of: host, as: .watch)
    }
  }

  /// Does everything whose time has come, until nothing more happens at this instant.
  private mutating func advance() {
    tickProbes()
    checkAgents()
    checkLimits()
    // Each pass goes at least one phase further, and there are fewer phases than this.
    for _ in 0..<16 {
      let before = phase
      advancePhase()
      if phase == before || phase == .finished { break }
    }
  }

  private mutating func advancePhase() {
    switch phase {
    case .idle, .finished: break
    case .readingState(let until): finishReadingStates(until: until)
    case .preparing: finishPreparing()
    case .baseline(let end):
      if now >= end { phase = .settlingBaseline(end: end) }
    case .settlingBaseline(let end): judgeBaseline(end: end)
    case .arming: finishArming()
    case .method: advanceMethod()
    case .undoing: advanceUndo()
    case .rollingBack: advanceRollbacks()
    case .recovery: advanceRecovery()
    case .ending: finishEnding()
    case .certifying: certify()
    case .settling(let until): settle(until: until)
    }
  }

  /// When something has to happen even if nothing is heard.
  private var nextTime: Duration? {
    // Worked out after every event, and so without arrays of times.
    var next: Duration?
    func consider(_ time: Duration?) {
      guard let time, time > now else { return }
      next = next.map { min($0, time) } ?? time
    }
    if isObserving { for schedule in schedules { consider(schedule.due) } }
    for link in agents.values { consider(link.nextTime) }
    switch phase {
    case .baseline(let end): consider(end)
    case .settlingBaseline(let end): consider(end + longestTimeout + Self.slack)
    case .method:
      for step in steps {
        consider(step.nextTime)
        for expectation in step.expectations where !expectation.isDecided {
          consider(origin + .seconds(expectation.watch.end))
          consider(origin + .seconds(expectation.end))
        }
      }
    case .recovery: consider(now + .milliseconds(50))
    case .readingState(let until), .settling(let until): consider(until)
    case .certifying: for comparison in comparisons.values { consider(comparison.nextTime) }
    default: break
    }
    consider(origin + specification.experiment.limits.duration)
    return next
  }

  /// How long an observation may take beyond its own timeout before it is given up.
  static let slack: Duration = .milliseconds(250)

  /// The longest timeout of any probe.
  var longestTimeout: Duration {
    specification.experiment.hypothesis.probes.map(\.probe.timeout).max() ?? .zero
  }

  /// The time in seconds since the run began.
  func seconds(_ time: Duration) -> Double { (time - origin).seconds }

  /// Puts an event on the timeline and tells those who watch.
  mutating func tell(
    _ kind: String, _ text: String, step: String? = nil, host: String? = nil
  ) {
    // A run that goes wrong again and again must not fill the disk with its own story.
    guard record.events.count < 10_000 else { return }
    let event = EventRecord(
      at: (seconds(now) * 1e6).rounded() / 1e6, kind: kind, text: text, step: step, host: host)
    record.events.append(event)
    effects.append(.tell(event))
  }

  /// Ends the present phase in the record.
  mutating func closePhase(_ name: String) {
    let window = Window(start: phaseStart, end: seconds(now)).recorded
    record.phases.append(PhaseRecord(name: name, window: window))
    phaseStart = seconds(now)
  }
}
