internal import Agent
internal import Model

/// What an agent hears from the holder of one of its faults.
enum HolderNews {
  /// It is inert, and waits for its order.
  case ready(ProcessIdentity)
  /// It holds everything that it was told to, or why it does not.
  case held(SignalOutcome)
  /// What a holder of rules has seen itself so far.
  case seen(NetworkStatistics)
  case ended

  /// The news as an event of the agent's machine.
  func event(ofStep step: Int) -> AgentEvent {
    switch self {
    case .ready(let process): .holderReady(step: step, process)
    case .held(let outcome): .held(step: step, outcome)
    case .seen(let statistics): .seen(step: step, statistics)
    case .ended: .holderEnded(step: step)
    }
  }
}
