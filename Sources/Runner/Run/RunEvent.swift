public import Model

/// What a run is told.
public enum RunEvent: Sendable {
  /// First.
  case start
  /// The time that was asked for by `RunEffect.wake` has come.
  case wake
  /// A probe observed; `scheduled` is the tick it belongs to, in seconds since the run began.
  case observed(probe: Int, scheduled: Double, Observation)
  /// An agent answered, or said something unasked.
  case reply(host: String, ReplyMessage)
  /// The pipe to an agent broke.
  case lost(host: String, reason: String)
  /// After a lost pipe: what the ledger of the run says, asked through a new agent.
  case reconnected(host: String, LedgerStatus)
  /// After a lost pipe: no agent could be reached.
  case unreachable(host: String, reason: String)
  /// A new agent has read the state of a host that was touched, or why that could not be done.
  case stateRead(host: String, Result<HostState, Refusal>)
  /// A person or a system wants the run to end.
  case interrupted(Signal)
}

/// What a run wants done.
public enum RunEffect: Sendable, Hashable {
  /// Asks a probe that runs beside the runner.
  case observe(probe: Int, scheduled: Double)
  /// Sends a message to an agent.
  case send(host: String, RequestMessage)
  /// Gives up the pipe to an agent and asks a new one for the run's ledger.
  case reconnect(host: String)
  /// Asks a new agent for the state of a host.
  case readState(host: String)
  /// Calls back at this time at the latest; replaces what was asked before.
  case wake(at: Duration)
  /// Something happened that a person who watches wants to know.
  case tell(EventRecord)
  /// The run is over, and this is its record.
  ///
  /// Indirect, so that the many small effects of a run are not as large as its one record.
  indirect case finish(Record)
}
