import Agent
import Model

/// The pipe between the runner and an agent: in order, but slow, cut, or dead without anyone knowing.
final class Pipe {
  private let world: World
  private let latency: ClosedRange<Int>
  private let agent: AgentProgram
  private weak var runner: RunnerProgram?
  private let onReply: (ReplyMessage) -> Void
  private let onLoss: (String) -> Void
  /// When what was sent last arrives.
  private var agentArrival: Duration = .zero
  private var runnerArrival: Duration = .zero
  /// Until when everything that is sent arrives late.
  private var lateUntil: Duration = .zero
  private var isDeafToAgent = false
  private var isDeafToRunner = false
  private var isOver = false

  init(
    from runner: RunnerProgram, to agent: AgentProgram, latency: ClosedRange<Int>,
    onReply: @escaping (ReplyMessage) -> Void, onLoss: @escaping (String) -> Void
  ) {
    world = runner.world
    self.runner = runner
    self.agent = agent
    self.latency = latency
    self.onReply = onReply
    self.onLoss = onLoss
    agent.pipe = self
  }

  func send(_ message: RequestMessage) {
    guard !isDeafToAgent else { return }
    agentArrival = arrival(after: agentArrival)
    world.at(agentArrival) { [self] in
      guard !isDeafToAgent, agent.isAlive else { return }
      agent.receive(message)
    }
  }

  func reply(_ message: ReplyMessage) {
    guard !isDeafToRunner else { return }
    runnerArrival = arrival(after: runnerArrival)
    world.at(runnerArrival) { [self] in
      guard !isDeafToRunner, !isOver else { return }
      runner?.run { [onReply] in onReply(message) }
    }
  }

  /// The runner lets go of it, or has ended.
  func closeByRunner() {
    guard !isOver else { return }
    isOver = true
    guard !isDeafToAgent else { return }
    agentArrival = arrival(after: agentArrival)
    world.at(agentArrival) { [agent] in agent.lose("the end of its input") }
  }

  /// The agent has ended.
  func closeByAgent() {
    guard !isDeafToRunner else { return }
    runnerArrival = arrival(after: runnerArrival)
    world.at(runnerArrival) { [self] in
      guard !isOver, !isDeafToRunner else { return }
      isOver = true
      runner?.run { [onLoss] in onLoss("its command ended") }
    }
  }

  // MARK: Trouble

  /// Both ends hear that it is over; what was under way is gone.
  func cut() {
    world.note("cut")
    isDeafToAgent = true
    isDeafToRunner = true
    world.after(.milliseconds(1)) { [self] in
      agent.lose("a broken pipe")
      guard !isOver else { return }
      isOver = true
      runner?.run { [onLoss] in onLoss("a broken pipe") }
    }
  }

  /// Nothing arrives any more, and nobody is told.
  func dieSilently(toAgent: Bool, toRunner: Bool) {
    world.note("half-open", (toAgent ? 1 : 0) + (toRunner ? 2 : 0))
    if toAgent {
      isDeafToAgent = true
      // At last the kernel gives up.
      world.after(.seconds(60)) { [agent] in agent.lose("no route to host") }
    }
    if toRunner { isDeafToRunner = true }
  }

  func delay(for duration: Duration) {
    world.note("late")
    lateUntil = world.now + duration
  }

  /// A line arrives that is none of ours.
  func garble(toAgent: Bool) {
    world.note("garbled", toAgent ? 1 : 0)
    if toAgent {
      agent.deliver(.unreadable("garbled"))
    } else if !isOver {
      runner?.run { [onLoss] in onLoss("it said something that is no message") }
    }
  }

  private func arrival(after last: Duration) -> Duration {
    max(last, max(world.now, lateUntil) + world.random.milliseconds(latency))
  }
}
