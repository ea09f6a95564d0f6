import Linux
import Model

/// Asks a new agent for the state of its host.
///
/// The agent of a run gives up at `begin` what it would need to see; a new one has it still, and is
/// gone again once it has answered.
final class StateReading {
  private let loop: EventLoop
  private let finish: (Result<HostState, Refusal>) -> Void
  private var pipe: AgentPipe?
  private var limit: EventLoop.Timer?
  private var isFinished = false

  init(
    host: String, command: [String], loop: EventLoop,
    finish: @escaping (Result<HostState, Refusal>) -> Void
  ) {
    self.loop = loop
    self.finish = finish
    do {
      let pipe = try AgentPipe(host: host, command: command, loop: loop)
      self.pipe = pipe
      pipe.listen(
        reply: { [weak self] message in self?.take(message.reply) },
        loss: { [weak self] reason in
          self?.conclude(.failure(Refusal("the agent was lost: \(reason)")))
        })
      _ = pipe.send(.hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]))
      _ = pipe.send(.state)
      limit = loop.schedule(after: HostState.patience) { [weak self] in
        self?.conclude(.failure(Refusal("no answer within \(HostState.patience.text)")))
      }
    } catch {
      conclude(.failure(Refusal("the agent could not be started: \(error)")))
    }
  }

  private func take(_ reply: Reply) {
    switch reply {
    case .state(let state): conclude(.success(state))
    case .refused(let refusal): conclude(.failure(refusal))
    default: break
    }
  }

  private func conclude(_ result: Result<HostState, Refusal>) {
    guard !isFinished else { return }
    isFinished = true
    pipe?.close()
    if let limit { loop.cancel(limit) }
    // Not from within a callback of the pipe that is being given up.
    loop.schedule(after: .zero) { [finish] in finish(result) }
  }
}
