/// A message from an agent to the runner.
public struct ReplyMessage: Sendable, Hashable, Codable {
  /// The number of the request that it answers; nil for what the agent says unasked.
  public var number: Int?
  public var reply: Reply

  /// Makes a message.
  public init(number: Int?, reply: Reply) {
    self.number = number
    self.reply = reply
  }
}

/// What an agent answers.
public enum Reply: Sendable, Hashable, Codable {
  case hello(protocolVersion: Int, facts: HostFacts, schemaDigests: [String: String])
  /// Each candidate comes first in its list; with `tree`, its descendants follow.
  case resolved(candidates: [[ProcessFacts]])
  case state(HostState)
  case prepared(injection: Injection)
  /// Nil notes: nothing to remark, such as a guardian without a cgroup of its own.
  case begun(notes: [String])
  case armed
  case injected(evidence: Evidence)
  case inspected(evidence: Evidence)
  case undone(step: Int, proofs: [UndoProof])
  case acted(result: CommandResult)
  case rolledBack(results: [CommandResult])
  case watching
  case observed(observation: Observation)
  case status(LedgerStatus)
  case heartbeat
  case ended(LedgerStatus)
  /// Unasked: a fault's deadline passed, and the agent ended it.
  case expired(step: Int, proofs: [UndoProof])
  /// The request can't be fulfilled; nothing was touched by it.
  case refused(Refusal)
}

/// What a run's ledger says.
public struct LedgerStatus: Sendable, Hashable, Codable {
  public var run: String
  /// Whether there is a ledger of that run on this host.
  public var isKnown: Bool
  /// What is not yet proved undone, with the command that would do it.
  public var pending: [String]
  /// The proofs of what was undone.
  public var proofs: [UndoProof]
  /// What the rollbacks came to that were tried, in their order; nil from a program that does not say.
  public var rollbacks: [CommandResult]?

  /// Makes a status.
  public init(
    run: String, isKnown: Bool, pending: [String], proofs: [UndoProof],
    rollbacks: [CommandResult]? = nil
  ) {
    self.run = run
    self.isKnown = isKnown
    self.pending = pending
    self.proofs = proofs
    self.rollbacks = rollbacks
  }

  /// Whether nothing is left to undo.
  public var isClean: Bool { pending.isEmpty }

  private enum CodingKeys: String, CodingKey {
    case run, pending, proofs, rollbacks
    case isKnown = "known"
  }
}

/// The version of the protocol between runner and agent.
public enum AgentProtocol {
  /// Raised with every change that an older program would misread.
  public static let version = 3
  /// How often the runner says that it lives, and the agent answers.
  public static let heartbeat: Duration = .seconds(1)
  /// Silence that means the other side is lost.
  public static let silence: Duration = .seconds(5)
  /// How long after a fault's deadline the guardian acts where the agent has not.
  public static let guardianGrace: Duration = .seconds(1)
}
