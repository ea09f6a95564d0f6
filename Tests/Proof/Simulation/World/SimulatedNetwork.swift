import Model

/// What faults on packets make on a simulated computer: tables, which end with their owner, and devices,
/// which stay.
struct SimulatedNetwork {
  private struct Rules {
    var owner: ProcessIdentity
    var liveSets: [String]
    /// How many packets they have counted.
    var packets: Int
  }

  private var tables: [NetworkRules.Table: Rules] = [:]
  private(set) var links: Set<String> = []

  /// Whether nothing of a fault is there.
  var isEmpty: Bool { tables.isEmpty && links.isEmpty }

  mutating func addLink(_ name: String) { links.insert(name) }
  mutating func removeLink(_ name: String) { links.remove(name) }

  /// Puts the rules of a table in force, as its owner.
  mutating func addTable(
    _ table: NetworkRules.Table, of rules: NetworkRules, by owner: ProcessIdentity, packets: Int
  ) {
    tables[table] = Rules(
      owner: owner, liveSets: rules.live.filter { $0.table == table }.map(\.name),
      packets: packets)
  }

  func has(_ table: NetworkRules.Table) -> Bool { tables[table] != nil }

  /// The kernel removes what a process owned.
  mutating func release(by owner: ProcessIdentity) {
    tables = tables.filter { $0.value.owner != owner }
  }

  /// Does what `jenner-agent clear-network` does; false if a table is still there.
  mutating func clear(_ arguments: [String]) -> Bool {
    let options = zip(arguments, arguments.dropFirst())
    for (option, value) in options where option == "--link" { links.remove(value) }
    let named = options.filter { $0.0 == "--table" }.map(\.1)
    return !tables.keys.contains { named.contains("\($0.family):\($0.name)") }
  }

  // MARK: What it shows

  /// What nft(8), tc(8) and unshare(1) answer when they only look.
  func answer(_ argv: [String]) -> CommandResult {
    if argv.starts(with: ["nft", "list", "table"]), argv.count == 5 {
      return shown(NetworkRules.Table(family: argv[3], name: argv[4]))
    }
    if argv.starts(with: ["tc", "-s", "-j"]) {
      let isThere = links.contains { argv.contains($0) }
      return isThere ? Self.said(#"[{"packets": 3, "drops": 0}]"#) : Self.failed
    }
    return Self.said("")
  }

  private func shown(_ table: NetworkRules.Table) -> CommandResult {
    guard let rules = tables[table] else { return Self.failed }
    let sets = rules.liveSets.map { "set \($0) {\nelements = { ip }\n}\n" }.joined()
    let chain = "chain out {\ncounter packets \(rules.packets) bytes 0\n}\n"
    return Self.said("table \(table.text) {\n\(sets)\(chain)}\n")
  }

  private static func said(_ text: String) -> CommandResult {
    CommandResult(ending: .exited(0), output: text)
  }

  private static let failed = CommandResult(
    ending: .exited(1), errors: "No such file or directory")
}
