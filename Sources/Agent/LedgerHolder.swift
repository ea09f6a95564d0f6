public import Model

/// The process that holds a ledger's lock, as whoever wants to take the ledger over sees it.
public struct LedgerHolder: Sendable, Hashable {
  public var process: ProcessFacts

  /// Makes one of what /proc says.
  public init(_ process: ProcessFacts) {
    self.process = process
  }

  /// Whether its end is the only way to an undo: it does the same, and is stopped.
  ///
  /// Nobody need continue it. One that only takes long is left to do it; and what another user's would
  /// undo is in ledgers of that user.
  public func isInTheWay(of user: UInt32, guardian: ProcessIdentity?) -> Bool {
    guard process.isStopped else { return false }
    return process.identity == guardian || (isRecovery && process.userID == user)
  }

  /// Whether it is a `recover` that a person, a script or another run has started.
  private var isRecovery: Bool {
    process.programName == "jenner-agent" && process.commandLine.dropFirst().first == "recover"
  }

  /// The holder in words, such as `process 12 (jenner-agent recover) of root, which is stopped`.
  public var text: String {
    let words = isRecovery ? "\(process.programName) recover" : process.programName
    let user = process.userName ?? "user \(process.userID)"
    return "process \(process.identity.pid) (\(words)) of \(user)"
      + (process.isStopped ? ", which is stopped" : "")
  }

  /// What a person does about it.
  public var remedy: String {
    process.isStopped
      ? "continue it, kill -CONT \(process.identity.pid), and wait until it has ended"
      : "wait until it has ended"
  }
}
