/// One thing that is not as it was.
public struct HostChange: Sendable, Hashable, Codable {
  public var section: HostState.Section
  public var key: String
  /// Nil: it was not there.
  public var before: String?
  /// Nil: it is not there any more.
  public var after: String?

  /// Makes a change.
  public init(section: HostState.Section, key: String, before: String?, after: String?) {
    self.section = section
    self.key = key
    self.before = before
    self.after = after
  }
}

/// A section that could not be compared, and why.
public struct HostStateGap: Sendable, Hashable, Codable {
  public var section: HostState.Section
  /// Where, if that is not the host as its agent sees it, such as another network namespace.
  public var place: String?
  public var reason: String

  /// Makes a gap.
  public init(section: HostState.Section, of place: String? = nil, reason: String) {
    self.section = section
    self.place = place
    self.reason = reason
  }

  /// The section in words, with its place.
  public var title: String { section.title + (place.map { " of \($0)" } ?? "") }
}

/// What differs between two states of a host.
public struct HostDifference: Sendable, Hashable {
  /// In the order of the sections, and in each by key.
  public var changes: [HostChange] = []
  public var compared: [HostState.Section] = []
  public var gaps: [HostStateGap] = []
}

extension HostState {
  /// What is different in a later state.
  public func difference(to later: HostState) -> HostDifference {
    var difference = HostDifference()
    for section in Section.allCases {
      switch (sections[section], later.sections[section]) {
      case (.entries(let before)?, .entries(let after)?):
        difference.compared.append(section)
        difference.changes += Self.changes(of: section, from: before, to: after)
      case (.unseen(let reason)?, _), (_, .unseen(let reason)?):
        difference.gaps.append(HostStateGap(section: section, reason: reason))
      case (nil, _), (_, nil):
        difference.gaps.append(HostStateGap(section: section, reason: "it was not read"))
      }
    }
    return difference
  }

  private static func changes(
    of section: Section, from before: [String: String], to after: [String: String]
  ) -> [HostChange] {
    Set(before.keys).union(after.keys).sorted().compactMap { key in
      let (old, new) = (before[key], after[key])
      guard section.essence(of: old) != section.essence(of: new) else { return nil }
      return HostChange(section: section, key: key, before: old, after: new)
    }
  }
}

extension HostState.Section {
  /// What of an entry is compared: of a process its condition, for programs rename themselves.
  fileprivate func essence(of text: String?) -> Substring? {
    guard let text else { return nil }
    return self == .processes ? ProcessEntry.condition(in: text) : text[...]
  }

  /// The section in words.
  public var title: String {
    switch self {
    case .processes: "processes"
    case .nft: "nft"
    case .trafficControl: "traffic control"
    case .links: "links"
    case .routes: "routes"
    case .mounts: "mounts"
    case .cgroups: "cgroups"
    case .sysctls: "sysctls"
    case .files: "files of Jenner"
    }
  }
}
