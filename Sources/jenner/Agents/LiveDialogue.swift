import Linux
import Model
import Runner

/// The agents of one experiment, asked one question at a time while it is planned.
final class LiveDialogue: AgentDialogue {
  private let experiment: Experiment
  private let loop: EventLoop
  private(set) var pipes: [String: AgentPipe] = [:]

  /// The longest that an agent may think about a question that only reads.
  static let patience: Duration = .seconds(30)

  init(experiment: Experiment, loop: EventLoop) {
    self.experiment = experiment
    self.loop = loop
  }

  func command(of host: String) -> [String] { AgentCommand.of(host, in: experiment) }

  func ask(_ request: Request, of host: String) throws(PlanFailure) -> Reply {
    let pipe = try pipe(to: host)
    var answer: Result<Reply, PlanFailure>?
    let number = pipe.send(request)
    pipe.listen(
      reply: { [loop] message in
        guard message.number == number else { return }
        answer = .success(message.reply)
        loop.stop()
      },
      loss: { [loop] reason in
        answer = .failure(
          PlanFailure(
            .refused, "the agent on \(host) could not be reached: \(reason)",
            cure: "try: \(Command(argv: pipe.command).shown)"))
        loop.stop()
      })
    let limit = loop.schedule(after: Self.patience) { [loop] in loop.stop() }
    loop.run()
    loop.cancel(limit)
    pipe.listen(reply: { _ in }, loss: { _ in })
    switch answer {
    case .success(let reply)?: return reply
    case .failure(let failure)?: throw failure
    case nil:
      throw PlanFailure(
        .refused, "the agent on \(host) did not answer within \(Self.patience.text)",
        cure: "try: \(Command(argv: pipe.command).shown)")
    }
  }

  /// Hands the open pipes to the run that follows.
  func surrender() -> [String: AgentPipe] {
    defer { pipes = [:] }
    return pipes
  }

  /// Closes every pipe; agents that have begun nothing simply end.
  func close() {
    for pipe in pipes.values { pipe.close() }
    pipes = [:]
  }

  private func pipe(to host: String) throws(PlanFailure) -> AgentPipe {
    if let pipe = pipes[host] { return pipe }
    do {
      let pipe = try AgentPipe(host: host, command: command(of: host), loop: loop)
      pipes[host] = pipe
      return pipe
    } catch {
      throw PlanFailure(
        .refused, "the agent on \(host) could not be started: \(error)",
        cure: "install jenner-agent beside jenner, or set JENNER_AGENT")
    }
  }
}
