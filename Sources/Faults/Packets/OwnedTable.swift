internal import Model

/// A table of a step's own, which nobody else can change and which ends with the process that made it.
///
/// Every rule that selects asks one of its sets for an element, which the kernel takes away in time.
struct OwnedTable {
  /// Where the rules of a table see packets.
  enum Family: String {
    /// On their way through the host.
    case inet
    /// At a device.
    case netdev
  }

  private let family: Family
  let table: NetworkRules.Table

  init(_ family: Family, step: Int) {
    self.family = family
    table = NetworkRules.Table(
      family: family.rawValue, name: "\(RunMark.placeholder)_\(step)")
  }

  /// The table as nft(8) names it.
  var text: String { table.text }

  /// The set whose elements put the rules in force.
  var live: NetworkRules.LiveSet { liveSet("live") }

  /// One of its sets.
  func liveSet(_ name: String) -> NetworkRules.LiveSet {
    NetworkRules.LiveSet(
      table: table, name: name, elements: family == .inet ? ["ipv4", "ipv6"] : ["ip", "ip6"])
  }

  /// The commands that make the table, and sets, which are empty.
  func making(_ sets: [NetworkRules.LiveSet]) -> [String] {
    ["add table \(text) { flags owner; }"]
      + sets.map { "add set \(text) \($0.name) { typeof \(key); flags timeout; }" }
  }

  /// The words of a rule that asks for a packet's element of a set.
  func asking(_ set: NetworkRules.LiveSet) -> String { "\(key) @\(set.name)" }

  private var key: String { family == .inet ? "meta nfproto" : "meta protocol" }
}
