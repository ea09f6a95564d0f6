import Glibc
import Linux
import Model
import Runner

/// Performs what a run wants done, and tells the run what happened.
///
/// All of it happens on the loop's thread; what it decides is decided in `RunMachine`.
final class RunDriver {
  private var machine: RunMachine
  private let specification: RunSpecification
  private let loop: EventLoop
  private var pipes: [String: AgentPipe]
  private var observations: Observations?
  private var alarm: EventLoop.Timer?
  private var finished: Record?
  private var reconnections: [String: Reconnection] = [:]
  private let commands: [String: [String]]
  private var stateReadings: [String: StateReading] = [:]
  private let tell: (EventRecord) -> Void

  init(
    specification: RunSpecification, secrets: [String: String], pipes: [String: AgentPipe],
    loop: EventLoop, tell: @escaping (EventRecord) -> Void
  ) throws(SystemError) {
    self.specification = specification
    self.loop = loop
    self.pipes = pipes
    commands = pipes.mapValues(\.command)
    self.tell = tell
    machine = RunMachine(specification)
    observations = try Observations(
      probes: specification.experiment.hypothesis.probes, secrets: secrets, loop: loop
    ) { [weak self] probe, scheduled, observation in
      // One that ends after the run has ended is nobody's any more.
      self?.handle(.observed(probe: probe, scheduled: scheduled, observation))
    }
    for (host, pipe) in pipes { listen(to: pipe, of: host) }
  }

  /// Runs to the end.
  func run() -> Record? {
    handle(.start)
    if finished == nil { loop.run() }
    if let alarm { loop.cancel(alarm) }
    for pipe in pipes.values { pipe.close() }
    return finished
  }

  /// A signal asks the run to end.
  func interrupt(_ signal: Signal) {
    handle(.interrupted(signal))
  }

  private func handle(_ event: RunEvent) {
    guard finished == nil else { return }
    for effect in machine.handle(event, at: loop.now) { perform(effect) }
  }

  private func perform(_ effect: RunEffect) {
    switch effect {
    case .observe(let probe, let scheduled): observations?.start(probe, scheduled: scheduled)
    case .send(let host, let message): pipes[host]?.send(message)
    case .reconnect(let host): reconnect(host)
    case .readState(let host): readState(of: host)
    case .wake(let time): wake(at: time)
    case .tell(let event): tell(event)
    case .finish(let record):
      finished = record
      loop.stop()
    }
  }

  private func wake(at time: Duration) {
    if let alarm { loop.cancel(alarm) }
    alarm = loop.schedule(at: time) { [weak self] in
      self?.alarm = nil
      self?.handle(.wake)
    }
  }

  private func listen(to pipe: AgentPipe, of host: String) {
    pipe.listen(
      reply: { [weak self] message in self?.handle(.reply(host: host, message)) },
      loss: { [weak self] reason in self?.handle(.lost(host: host, reason: reason)) })
  }

  private func readState(of host: String) {
    guard let command = commands[host] else { return }
    stateReadings[host] = StateReading(host: host, command: command, loop: loop) {
      [weak self] result in
      self?.stateReadings[host] = nil
      self?.handle(.stateRead(host: host, result))
    }
  }

  private func reconnect(_ host: String) {
    guard let old = pipes.removeValue(forKey: host) else { return }
    old.close()
    reconnections[host] = Reconnection(
      host: host, command: old.command, run: specification.ledgerName(for: host), loop: loop
    ) { [weak self] outcome in
      self?.reconnections[host] = nil
      switch outcome {
      case .status(let status): self?.handle(.reconnected(host: host, status))
      case .failed(let reason): self?.handle(.unreachable(host: host, reason: reason))
      }
    }
  }
}
