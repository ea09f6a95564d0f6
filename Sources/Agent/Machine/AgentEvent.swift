public import Model

/// What an agent hears of.
public enum AgentEvent: Sendable, Hashable {
  case received(RequestMessage)
  /// A line that is no message.
  case unreadable(String)
  /// The pipe is over, or we are told to end; the reason in words.
  case lost(String)
  /// The time of `nextWake` has come.
  case wake
  /// An effect that must succeed did not; what followed it in its list was left out.
  case failed(FailedEffect, Refusal)
  /// What clearing the leftovers of earlier runs came to.
  case recovered(CommandResult)
  case guardianReady(ProcessIdentity, notes: [String])
  /// The guardian ended though it was not dismissed.
  case guardianLost
  /// The guardian has ended as it was told.
  case guardianDismissed
  case sent(AgentWork, SignalOutcome)
  /// A step's holder waits for its order.
  case holderReady(step: Int, ProcessIdentity)
  /// A step's holder holds all its targets, or why it does not.
  case held(step: Int, SignalOutcome)
  /// What a step's holder has seen itself so far.
  case seen(step: Int, NetworkStatistics)
  /// A step's holder has ended, and with it what it held.
  case holderEnded(step: Int)
  case ran(AgentWork, CommandResult)
  /// A probe has been declared, or why it can't be.
  case watching(number: Int, Refusal?)
  case observed(number: Int, Observation)
  /// What reading the host's state came to.
  case stateRead(number: Int, CommandResult)
}

/// An effect of which the machine must know that it failed.
public enum FailedEffect: Sendable, Hashable {
  case lock
  case ledger
  case privileges
  case guardian
  case holder
}

/// What an effect's outcome belongs to.
public enum AgentWork: Sendable, Hashable {
  /// An effect of a step's fault.
  case injection(step: Int, index: Int)
  /// A step's action.
  case action(step: Int)
  /// A signal of an unwinding.
  case undo(unwinding: Int, ProcessIdentity)
  /// A command of an unwinding.
  case command(unwinding: Int)
}

/// What an agent does: a list is performed in order, and ends at the first effect that fails.
public enum AgentEffect: Sendable, Hashable {
  case reply(ReplyMessage)
  /// Clears what earlier runs left on this host; answered by `recovered`.
  case recover
  /// Locks target keys for this run; fails if another run has one.
  case lock([ProcessIdentity], run: String)
  /// Makes the ledger, durable, with its first entry.
  case openLedger(run: String, LedgerEntry)
  /// Writes an entry, durable before anything that follows in the list.
  case append(LedgerEntry)
  /// Writes an entry if that is possible.
  case note(LedgerEntry)
  /// Drops every capability but these, for good.
  case keepCapabilities(Set<String>)
  /// Starts the guardian; answered by `guardianReady`.
  case startGuardian
  /// Lets the guardian end; answered by `guardianDismissed`.
  case dismissGuardian
  case send(Signal, ProcessIdentity, AgentWork)
  /// Starts a holder, which holds nothing yet; answered by `holderReady`.
  case startHolder(step: Int, run: String)
  /// Has a step's holder hold processes, until a time since boot at most; answered by `held`.
  case hold(step: Int, [ProcessIdentity], until: Duration)
  /// Locks places of traffic for this run; fails if another run is at work there.
  case lockTraffic([TrafficKey], run: String)
  /// Starts a holder of rules, which holds none yet; answered by `holderReady`.
  case startNetworkHolder(step: Int, run: String)
  /// Has a step's holder put rules in force, until a time since boot at most; answered by `held`.
  case holdNetwork(step: Int, NetworkOrder)
  /// Has a step's holder take account of another's fault until a time since boot; nil: no longer.
  case openGate(holder: Int, to: Int, until: Duration?)
  /// Ends a step's holder, if it has one.
  case endHolder(step: Int)
  case run(Command, AgentWork)
  /// Kills a running command.
  case cancel(AgentWork)
  case watch(number: Int, probe: Int, kind: String, section: JSON)
  case observe(number: Int, probe: Int)
  /// Reads the host's state; answered by `stateRead`.
  case readState(number: Int)
  /// Gives ledger and locks up, and removes the ledger if nobody needs it any more.
  case closeLedger(remove: Bool)
  /// Removes the settled ledger of another run.
  case removeLedger(run: String)
  /// Ends the program once every reply is written.
  case exit
}
