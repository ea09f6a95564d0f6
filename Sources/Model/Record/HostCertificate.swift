/// Whether a host that a run touched is as it was before, and what is not.
public struct HostCertificate: Sendable, Hashable {
  public var host: String
  /// Whether everything that was compared is as it was; false too where nothing was.
  public var identical: Bool
  /// Why the two states were not both taken; nil if they were.
  public var notTaken: String?
  /// When the states were taken, in seconds since the run began.
  public var beforeSeconds: Double?
  public var afterSeconds: Double?
  public var compared: [HostState.Section]
  public var notCompared: [HostStateGap]
  /// At most `Limits.listLength`, ours first.
  public var changes: [CertifiedChange]
  /// How many more changes there were, all of them of others.
  public var changesOmitted: Int
  /// How many processes that are not part of the run began and ended meanwhile.
  public var processesStarted: Int
  public var processesEnded: Int

  /// Makes a certificate of states that were not both taken.
  public init(host: String, notTaken: String? = nil) {
    self.host = host
    self.notTaken = notTaken
    identical = false
    compared = []
    notCompared = []
    changes = []
    changesOmitted = 0
    processesStarted = 0
    processesEnded = 0
  }

  /// The changes that are ours and should not be there.
  public var residue: [CertifiedChange] { changes.filter { $0.ours && !$0.explained } }
}

extension HostCertificate: Codable {
  private enum CodingKeys: String, CodingKey {
    case host, identical, compared, changes
    case notTaken = "not_taken"
    case beforeSeconds = "before_seconds"
    case afterSeconds = "after_seconds"
    case notCompared = "not_compared"
    case changesOmitted = "changes_omitted"
    case processesStarted = "processes_started"
    case processesEnded = "processes_ended"
  }
}

/// A change of a host's state, and whose it is.
public struct CertifiedChange: Sendable, Hashable, Codable {
  public var section: HostState.Section
  public var key: String
  public var before: String?
  public var after: String?
  /// Whether the run made it, as far as marks and targets tell.
  public var ours: Bool
  /// Whether it is as it should be, or may be the work of the author's own commands.
  public var explained: Bool
  /// Why it is ours or not, and why it is as it should be.
  public var why: String
  /// What clears it, where it is ours and should not be there.
  public var command: String?

  /// Whether nobody can tell if another made it or a command of the author's, which leaves no mark.
  public var isUnattributed: Bool { !ours && explained }

  /// Makes a change.
  public init(
    _ change: HostChange, ours: Bool, explained: Bool, why: String, command: String? = nil
  ) {
    section = change.section
    key = change.key
    before = change.before
    after = change.after
    self.ours = ours
    self.explained = explained
    self.why = why
    self.command = command
  }
}
