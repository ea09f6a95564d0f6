internal import Model

/// The network devices as ip-link(8) shows them, without timers, queues and what `tc` shows.
enum LinksSection: StateSection {
  static let section = HostState.Section.links

  private static let show = StateTools.Call(.ip, "-json", "-details", "link", "show")
  static let calls = [show]

  static func entries(using tools: StateTools) throws(Unseen) -> [String: String] {
    links(in: try tools.elements(of: show))
  }

  static func links(in elements: [JSON]) -> [String: String] {
    var links = NumberedEntries()
    for link in elements {
      guard let name = link["ifname"]?.string else { continue }
      links.add(name, link.lasting.canonical)
    }
    return links.entries
  }
}

extension JSON {
  /// Members that change by themselves, or that another section has.
  private static let passing: Set<String> = [
    "ifname", "qdisc", "stats", "stats64", "bytes", "packets",
  ]

  /// The value without its timers and statistics, at any depth.
  fileprivate var lasting: JSON {
    switch self {
    case .object(let members):
      .object(
        members.filter { !Self.passing.contains($0.key) && !$0.key.hasSuffix("_timer") }
          .mapValues(\.lasting))
    case .array(let elements): .array(elements.map(\.lasting))
    default: self
    }
  }
}
