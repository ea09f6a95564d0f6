/// What matters of a host's state, as sorted text: what is compared before and after a run.
///
/// What changes by itself is left out where it is read: counters, times of expiry, statistics, and
/// whether a process happens to run or to wait.
public struct HostState: Sendable, Hashable, Codable {
  /// A part of the state, read in its own way.
  public enum Section: String, Sendable, CaseIterable, Codable, CodingKeyRepresentable {
    case processes
    case nft
    case trafficControl = "traffic_control"
    case links
    case routes
    case mounts
    case cgroups
    case sysctls
    /// Jenner's own: its ledgers and its locks.
    case files
  }

  /// What a section holds, or why it can't be seen.
  public enum Contents: Sendable, Hashable {
    case entries([String: String])
    case unseen(String)
  }

  /// What is in each section; one that is missing was not asked for.
  public private(set) var sections: [Section: Contents] = [:]
  /// The agent that the state was read for; it and what started it are not among the processes.
  public var agent: ProcessIdentity?
  /// How long the reading took.
  public var elapsedSeconds: Double = 0

  /// Makes a state in which nothing has been looked at.
  public init() {}

  private enum CodingKeys: String, CodingKey {
    case sections, agent
    case elapsedSeconds = "elapsed_seconds"
  }

  /// Takes what was found in a section, within the limits: too much can't be compared, and half of
  /// it would lie.
  public mutating func set(_ section: Section, to contents: Contents) {
    guard case .entries(let entries) = contents else {
      sections[section] = contents
      return
    }
    guard entries.count <= Self.entryLimit else {
      sections[section] = .unseen("\(entries.count) entries are more than \(Self.entryLimit)")
      return
    }
    let bounded = entries.mapValues(\.stateText)
    let bytes = Self.size(of: bounded)
    guard size + bytes <= Self.sizeLimit else {
      sections[section] = .unseen("its \(bytes) bytes are more than a message holds")
      return
    }
    sections[section] = .entries(bounded)
  }

  /// The bytes of all entries as JSON, at most.
  private var size: Int {
    sections.values.reduce(0) { sum, contents in
      guard case .entries(let entries) = contents else { return sum }
      return sum + Self.size(of: entries)
    }
  }

  private static func size(of entries: [String: String]) -> Int {
    entries.reduce(0) { $0 + $1.key.jsonLength + $1.value.jsonLength + 6 }
  }

  /// The most entries of one section.
  public static let entryLimit = 20_000
  /// The most bytes of all entries, so that a state fits into one message.
  public static let sizeLimit = Limits.messageSize - (512 << 10)
  /// How long a state may be waited for; a run goes on without it.
  public static let patience: Duration = .seconds(10)
}

extension HostState.Contents: Codable {
  private enum CodingKeys: String, CodingKey {
    case entries, unseen
  }

  /// Reads `{"entries": {…}}` or `{"unseen": "reason"}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    if let reason = try container.decodeIfPresent(String.self, forKey: .unseen) {
      self = .unseen(reason)
    } else {
      self = .entries(try container.decode([String: String].self, forKey: .entries))
    }
  }

  /// Writes what `init(from:)` reads.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .entries(let entries): try container.encode(entries, forKey: .entries)
    case .unseen(let reason): try container.encode(reason, forKey: .unseen)
    }
  }
}
