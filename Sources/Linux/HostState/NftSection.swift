internal import Model

/// The tables of nftables, each as nft(8) writes it without counters and times of expiry (`-s`).
///
/// Handles are left out, since nobody names an object by them twice; so are the elements of sets that
/// packets fill or that end by themselves.
enum NftSection: StateSection {
  static let section = HostState.Section.nft

  private static let ruleset = StateTools.Call(.nft, "-s", "list", "ruleset")
  static let calls = [ruleset]

  static func entries(using tools: StateTools) throws(Unseen) -> [String: String] {
    tables(in: try tools.output(of: ruleset))
  }

  /// The tables by family and name.
  static func tables(in ruleset: String) -> [String: String] {
    var tables: [String: String] = [:]
    var name: String?
    var lines: [Substring] = []
    for line in ruleset.split(separator: "\n") where !line.hasPrefix("#") {
      if line.hasPrefix("table "), case let words = line.split(separator: " "), words.count > 2 {
        name = "\(words[1]) \(words[2])"
        lines = []
      } else if line == "}" {
        if let name { tables[name] = withoutPassingElements(lines).joined(separator: "\n") }
        name = nil
      } else {
        lines.append(line)
      }
    }
    return tables
  }

  /// Leaves out the elements of sets and maps whose flags say that they come and go.
  private static func withoutPassingElements(_ lines: [Substring]) -> [Substring] {
    var kept: [Substring] = []
    var isPassing = false
    var isInElements = false
    for line in lines {
      let text = line.drop { $0 == "\t" || $0 == " " }
      if text.hasPrefix("set ") || text.hasPrefix("map ") { isPassing = false }
      if text.hasPrefix("flags ") {
        isPassing = text.contains("dynamic") || text.contains("timeout")
      }
      if isPassing, text.hasPrefix("elements = ") { isInElements = true }
      if !isInElements { kept.append(line) }
      // Elements go on over lines until the brace that closes them.
      if isInElements, text.hasSuffix("}") { isInElements = false }
    }
    return kept
  }
}
