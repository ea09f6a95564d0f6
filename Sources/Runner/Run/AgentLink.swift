import Model

/// What the run knows of the pipe to one agent.
struct AgentLink: Sendable, Hashable {
  enum State: Sendable, Hashable {
    case connected
    /// The pipe broke; a new agent is being asked for the ledger.
    case reconnecting
    /// It has closed its ledger, or its ledger was read after a lost pipe.
    case ended
    /// Nobody could be asked.
    case unreachable
  }

  var state = State.connected
  var heard: Duration
  var nextHeartbeat: Duration
  /// Until when a new agent is waited for.
  var patience: Duration = .zero

  /// Longer than whoever reconnects takes to give up; so that a run ends even if that hangs.
  static let patience: Duration = .seconds(25)

  init(heard: Duration) {
    self.heard = heard
    nextHeartbeat = heard + AgentProtocol.heartbeat
  }

  /// When the next heartbeat is due, or silence is too long.
  var nextTime: Duration? {
    switch state {
    case .connected: min(nextHeartbeat, heard + AgentProtocol.silence)
    case .reconnecting: patience
    case .ended, .unreachable: nil
    }
  }
}

/// What a message to an agent asked for, so that its answer is understood.
enum Question: Sendable, Hashable {
  case state
  case allow
  case begin
  case watch
  case arm
  case resolve(step: Int)
  case prepare(step: Int)
  case inject(step: Int)
  case inspect(step: Int)
  case undo(step: Int)
  case act(step: Int)
  case rollback
  case observe(probe: Int, scheduled: Double)
  case heartbeat
  case end
}
