import Model

/// Asks new agents, after a lost pipe, what the ledger of the run says, as `Reconnection` of jenner
/// does: until nothing is pending, or patience ends.
final class Reconnecting {
  private let run: String
  private let runner: RunnerProgram
  private let startAgent: () -> AgentProgram?
  private let finish: (LedgerStatus?) -> Void
  private var pipe: Pipe?
  private var attempt = 0
  private var lastStatus: LedgerStatus?
  private var isFinished = false

  init(
    to run: String, from runner: RunnerProgram, startAgent: @escaping () -> AgentProgram?,
    finish: @escaping (LedgerStatus?) -> Void
  ) {
    self.run = run
    self.runner = runner
    self.startAgent = startAgent
    self.finish = finish
  }

  func start() {
    runner.run(after: .seconds(15)) { [self] in conclude() }
    runner.run(after: .zero) { [self] in ask() }
  }

  private func ask() {
    guard !isFinished else { return }
    pipe?.closeByRunner()
    pipe = nil
    attempt += 1
    let number = attempt
    runner.run(after: .seconds(5)) { [self] in if attempt == number { ask() } }
    guard let agent = startAgent() else { return }
    let pipe = Pipe(
      from: runner, to: agent, latency: 1...10, onReply: { [self] in take($0.reply, number) },
      onLoss: { [self] _ in askLater(number) })
    self.pipe = pipe
    pipe.send(
      RequestMessage(
        number: 1, request: .hello(protocolVersion: AgentProtocol.version, schemaDigests: [:])))
    pipe.send(RequestMessage(number: 2, request: .status(run: run)))
  }

  private func take(_ reply: Reply, _ number: Int) {
    guard attempt == number, case .status(let status) = reply else { return }
    lastStatus = status
    if status.isClean { conclude() } else { askLater(number) }
  }

  private func askLater(_ number: Int) {
    guard attempt == number else { return }
    attempt += 1
    runner.run(after: .milliseconds(200)) { [self] in ask() }
  }

  /// Lets go of the agent that is being asked.
  func close() { pipe?.closeByRunner() }

  private func conclude() {
    guard !isFinished else { return }
    isFinished = true
    attempt += 1
    pipe?.closeByRunner()
    finish(lastStatus)
  }
}
