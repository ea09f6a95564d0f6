/// A message from the runner to an agent; each is answered by one `Reply` of the same number.
public struct RequestMessage: Sendable, Hashable, Codable {
  public var number: Int
  public var request: Request

  /// Makes a message.
  public init(number: Int, request: Request) {
    self.number = number
    self.request = request
  }
}

/// What the runner asks of an agent.
public enum Request: Sendable, Hashable, Codable {
  /// First: version and schema digests must agree.
  case hello(protocolVersion: Int, schemaDigests: [String: String])
  /// Reads: which processes match a selector, protected ones left out.
  case resolve(selector: ProcessSelector, allowProtected: [String])
  /// Reads: the state of the host, as far as this agent may see it. It can be asked until `begin`, at
  /// which the agent gives up what it would need to see.
  case state
  /// Reads: what a fault would do to these processes. The agent keeps the answer for `inject`.
  case prepare(step: Int, fault: String, parameters: JSON, targets: [ProcessIdentity])
  /// Reads: what a fault would do to this traffic; the selector is that of the file.
  ///
  /// `peers` are those from whom the fault separates this host, and `beside` the steps whose faults may
  /// be in force at the same time. The connections of the programs in `allowProtected` may be cut.
  case prepareTraffic(
    step: Int, fault: String, parameters: JSON, selector: JSON, peers: [String], beside: [Int],
    allowProtected: [String])
  /// The capabilities that the plan's actions list: those that the agent keeps at `begin` besides
  /// those of the plan's faults, to hand them on. Comes before `begin`; answered by `armed`.
  case allow(capabilities: [String])
  /// Locks the targets, opens the ledger, starts the guardian; from here silence means undo, and so
  /// does the end of the limit, however the runner is.
  case begin(run: String, title: String, limitSeconds: Double)
  /// Puts rollbacks into the ledger, before the first effect.
  case arm(rollbacks: [Command])
  /// Injects a prepared fault; its undo is in the ledger before anything is touched.
  case inject(step: Int, deadlineSeconds: Double, undo: Command?)
  /// Measures whether an injected fault is in force.
  case inspect(step: Int)
  /// Ends a fault or an action's effect, and reads the state back.
  case undo(step: Int)
  /// Runs an action; its undo is in the ledger before.
  case act(step: Int, command: Command, undo: Command?)
  /// Runs the armed rollbacks, in order.
  case rollback
  /// Declares a probe that is observed from this host.
  case watch(probe: Int, kind: String, section: JSON)
  /// Observes once.
  case observe(probe: Int)
  /// What the ledger of a run says; also after a lost pipe.
  case status(run: String)
  /// The runner lives.
  case heartbeat
  /// Undoes what is left and ends; the answer is the last message.
  case end
}
