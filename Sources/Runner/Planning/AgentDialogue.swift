public import Model

/// A conversation with the agents of an experiment's hosts, one question at a time.
///
/// Planning only reads, so nothing else happens meanwhile; tests answer from a recorded host.
public protocol AgentDialogue {
  /// Asks the agent of a host and waits for its answer.
  mutating func ask(_ request: Request, of host: String) throws(PlanFailure) -> Reply
  /// The command that reaches the agent of a host, for the plan to show.
  func command(of host: String) -> [String]
}

/// Why there is no plan; nothing has been touched.
public struct PlanFailure: Error, Sendable, Hashable {
  /// Who is to mend it.
  public enum Kind: Sendable, Hashable {
    /// The file or the call is wrong.
    case usage
    /// A guard refuses.
    case refused
    /// Something of ours, or of the way to a host, failed.
    case failed
  }

  public var kind: Kind
  public var message: String
  public var cure: String?
  /// Where in the experiment file the cause stands.
  public var mark: Mark?

  /// Makes a failure.
  public init(_ kind: Kind, _ message: String, cure: String? = nil, mark: Mark? = nil) {
    self.kind = kind
    self.message = message
    self.cure = cure
    self.mark = mark
  }

  /// The exit status that it leads to.
  public var status: ExitStatus {
    switch kind {
    case .usage: .usage
    case .refused: .refused
    case .failed: .inconclusive
    }
  }
}
