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
  private var limit: EventLoop.Timer?
  private var isFinished = false

  /// The agent notices a broken pipe after five seconds of silence at the latest and then undoes.
  static let patience: Duration = .seconds(15)
  static let pause: Duration = .milliseconds(200)
  /// An attempt that takes longer is given up for the next one.
  static let attemptLimit: Duration = .seconds(5)

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
    limit = loop.schedule(at: end) { [weak self] in self?.conclude() }
    attempt = loop.schedule(after: .zero) { [weak self] in self?.ask() }
  }

  private func ask() {
    guard !isFinished else { return }
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
        reply: { [weak self] message in self?.take(message.reply) },
        loss: { [weak self] reason in
          self?.lastFailure = reason
          self?.askLater()
        })
      _ = pipe.send(.hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]))
      _ = pipe.send(.status(run: run))
      attempt = loop.schedule(after: Self.attemptLimit) { [weak self] in self?.ask() }
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
    guard !isFinished else { return }
    if let attempt { loop.cancel(attempt) }
    attempt = loop.schedule(after: Self.pause) { [weak self] in self?.ask() }
  }

  private func conclude() {
    guard !isFinished else { return }
    isFinished = true
    pipe?.close()
    if let attempt { loop.cancel(attempt) }
    if let limit { loop.cancel(limit) }
    let outcome: Outcome = lastStatus.map { .status($0) } ?? .failed(lastFailure)
    // Not from within a callback of the pipe that is being given up.
    loop.schedule(after: .zero) { [finish] in finish(outcome) }
  }
}
