import Model
import Runner

/// The runner's process: the real machine, and its effects performed as the driver of jenner does.
final class RunnerProgram: Program {
  private var machine: RunMachine
  private let specification: RunSpecification
  private var pipes: [String: Pipe] = [:]
  private var reconnections: [Reconnecting] = []
  /// Pipes to agents that are asked for the state of their host.
  private var questions: [Pipe] = []
  private var alarm: Duration?
  private(set) var record: Record?
  private let link: (RunnerProgram, String, AgentProgram) -> Link
  private let startAgent: (String) -> AgentProgram?
  private let observe: (Int) -> (observation: Observation, latency: Duration)
  private let onFinish: (Record) -> Void

  /// How the pipe to a host behaves.
  struct Link {
    var latency: ClosedRange<Int>
  }

  init(
    _ specification: RunSpecification, on computer: Computer,
    link: @escaping (RunnerProgram, String, AgentProgram) -> Link,
    startAgent: @escaping (String) -> AgentProgram?,
    observe: @escaping (Int) -> (observation: Observation, latency: Duration),
    onFinish: @escaping (Record) -> Void
  ) {
    self.specification = specification
    self.link = link
    self.startAgent = startAgent
    self.observe = observe
    self.onFinish = onFinish
    machine = RunMachine(specification)
    super.init("jenner", on: computer)
  }

  func start(with agents: [String: AgentProgram]) {
    for (host, agent) in agents.sorted(by: { $0.key < $1.key }) {
      pipes[host] = Pipe(
        from: self, to: agent, latency: link(self, host, agent).latency,
        onReply: { [weak self] in self?.handle(.reply(host: host, $0)) },
        onLoss: { [weak self] in self?.handle(.lost(host: host, reason: $0)) })
    }
    run { [self] in handle(.start) }
  }

  func pipe(to host: String) -> Pipe? { pipes[host] }

  func interrupt(_ signal: Signal) {
    run { [self] in handle(.interrupted(signal)) }
  }

  private func handle(_ event: RunEvent) {
    guard record == nil, isAlive else { return }
    if case .wake = event {} else { world.note("runner", 0, "hears \(event)") }
    for effect in machine.handle(event, at: computer.clock) {
      world.countOperation()
      guard isAlive else { return }
      perform(effect)
    }
  }

  private func perform(_ effect: RunEffect) {
    switch effect {
    case .observe(let probe, let scheduled):
      let (observation, latency) = observe(probe)
      run(after: latency) { [self] in
        handle(.observed(probe: probe, scheduled: scheduled, observation))
      }
    case .send(let host, let message): pipes[host]?.send(message)
    case .reconnect(let host): reconnect(host)
    case .readState(let host): readState(of: host)
    case .wake(let time): wake(at: time)
    case .tell(let event): world.note("tell", 0, "\(event.kind): \(event.text)")
    case .finish(let record): finish(record)
    }
  }

  private func finish(_ record: Record) {
    self.record = record
    world.note("verdict", record.exitCode, "\(record.verdict) \(record.reasons)")
    for event in record.events { world.trace.mix(event.text) }
    onFinish(record)
    world.after(.milliseconds(1)) { [weak self] in self?.end() }
  }

  private func wake(at time: Duration) {
    guard alarm != time else { return }
    alarm = time
    world.at(computer.worldTime(of: time)) { [weak self] in
      self?.run { [weak self] in
        guard let self, alarm == time else { return }
        alarm = nil
        handle(.wake)
      }
    }
  }

  private func reconnect(_ host: String) {
    pipes.removeValue(forKey: host)?.closeByRunner()
    let reconnection = Reconnecting(
      to: specification.ledgerName(for: host), from: self,
      startAgent: { [startAgent] in startAgent(host) }
    ) { [weak self] status in
      self?.handle(
        status.map { .reconnected(host: host, $0) }
          ?? .unreachable(host: host, reason: "no answer"))
    }
    reconnections.append(reconnection)
    reconnection.start()
  }

  /// Asks a new agent for the state of a host.
  private func readState(of host: String) {
    guard let agent = startAgent(host) else {
      return run(after: .milliseconds(50)) { [self] in
        handle(.stateRead(host: host, .failure(Refusal("no agent can be reached"))))
      }
    }
    let number = questions.count
    let pipe = Pipe(
      from: self, to: agent, latency: 1...10,
      onReply: { [weak self] in self?.takeState($0.reply, of: host, number) },
      onLoss: { [weak self] in
        self?.handle(.stateRead(host: host, .failure(Refusal($0))))
      })
    questions.append(pipe)
    pipe.send(
      RequestMessage(
        number: 1, request: .hello(protocolVersion: AgentProtocol.version, schemaDigests: [:])))
    pipe.send(RequestMessage(number: 2, request: .state))
  }

  private func takeState(_ reply: Reply, of host: String, _ number: Int) {
    switch reply {
    case .state(let state):
      questions[number].closeByRunner()
      handle(.stateRead(host: host, .success(state)))
    case .refused(let refusal):
      questions[number].closeByRunner()
      handle(.stateRead(host: host, .failure(refusal)))
    default: break
    }
  }

  override func ended() {
    for pipe in questions { pipe.closeByRunner() }
    for (_, pipe) in pipes.sorted(by: { $0.key < $1.key }) { pipe.closeByRunner() }
    for reconnection in reconnections { reconnection.close() }
  }
}
