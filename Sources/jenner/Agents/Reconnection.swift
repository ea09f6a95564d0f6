import Linux
import Model

/// Asks a new agent, after a lost pipe, what the ledger of the run says.
///
/// The old agent, or its guardian, is undoing meanwhile; so the question is repeated until nothing is
/// pending or patience ends.
final class Reconnection {
  enum Outcome {
    case status(LedgerStatus)
    case failed(String)
  }

  private let host: String
  private let command: [String]
  private let run: String
  private let loop: EventLoop
  private let end: Duration
  private let finish: (Outcome) -> Void
  private var pipe: AgentPipe?
  private var lastStatus: LedgerStatus?
  private var lastFailure = "no answer"
  private var attempt: EventLoop.Timer?
  private var isFinished = false

  /// The agent notices a broken pipe after five seconds of silence at the latest and then undoes.
  static let patience: Duration = .seconds(15)
  static let pause: Duration = .milliseconds(200)

  init(
    host: String, command: [String], run: String, loop: EventLoop,
    finish: @escaping (Outcome) -> Void
  ) {
    self.host = host
    self.command = command
    self.run = run
    self.loop = loop
    self.finish = finish
    end = loop.now + Self.patience
    attempt = loop.schedule(after: .zero) { [unowned self] in ask() }
  }

  private func ask() {
    pipe?.close()
    pipe = nil
    guard loop.now < end else {
      conclude()
      return
    }
    do {
      let pipe = try AgentPipe(host: host, command: command, loop: loop)
      self.pipe = pipe
      pipe.listen(
        reply: { [unowned self] message in take(message.reply) },
        loss: { [unowned self] reason in
          lastFailure = reason
          askLater()
        })
      _ = pipe.send(.hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]))
      _ = pipe.send(.status(run: run))
    } catch {
      lastFailure = "\(error)"
      askLater()
    }
  }

  private func take(_ reply: Reply) {
    guard case .status(let status) = reply else {
      if case .refused(let refusal) = reply { lastFailure = refusal.message }
      return
    }
    lastStatus = status
    if status.isClean { conclude() } else { askLater() }
  }

  private func askLater() {
    if let attempt { loop.cancel(attempt) }
    attempt = loop.schedule(after: Self.pause) { [unowned self] in ask() }
  }

  private func conclude() {
    guard !isFinished else { return }
    isFinished = true
    pipe?.close()
    if let attempt { loop.cancel(attempt) }
    let outcome: Outcome = lastStatus.map { .status($0) } ?? .failed(lastFailure)
    // Not from within a callback of the pipe that is being given up.
    loop.schedule(after: .zero) { [finish] in finish(outcome) }
  }
}
