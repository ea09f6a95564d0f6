internal import Model

/// Rules that drop or reject packets, or redirect their connections: a table of the inet family.
struct FilterRules {
  let traffic: Traffic
  let step: Int

  private var table: NetworkRules.Table {
    NetworkRules.Table(family: "inet", name: "\(RunMark.placeholder)_\(step)")
  }

  /// Every rule passes this set, whose elements the kernel takes away in time.
  private static let live = "live"

  /// The rules that do something to the selected packets.
  func rules(_ statements: (Side) -> [Statement]) -> NetworkRules {
    chains(kind: "filter", priority: "mangle", hooks: [.out: "output", .in: "input"], statements)
  }

  /// The rules that redirect new connections, before any are made, to a port of this host.
  func redirection(_ statements: (Side) -> [Statement]) -> NetworkRules {
    // By its number: nft(8) knows the name `dstnat` for prerouting alone.
    chains(kind: "nat", priority: "-100", hooks: [.out: "output", .in: "prerouting"], statements)
  }

  /// What is done to packets, and to which of those selected.
  struct Statement {
    var condition: [String] = []
    var action: String
  }

  private func chains(
    kind: String, priority: String, hooks: [Side: String],
    _ statements: (Side) -> [Statement]
  ) -> NetworkRules {
    var script = [
      "add table \(table.text) { flags owner; }",
      "add set \(table.text) \(Self.live) { typeof meta nfproto; flags timeout; }",
    ]
    for side in Side.all(of: traffic.direction) {
      guard let hook = hooks[side] else { continue }
      script.append(
        "add chain \(table.text) \(side.rawValue) "
          + "{ type \(kind) hook \(hook) priority \(priority); }")
      let start = "add rule \(table.text) \(side.rawValue)"
      for match in traffic.spared(side) { script.append("\(start) \(match.rule("accept"))") }
      for statement in statements(side) {
        for match in matches(side) {
          let narrowed = match.and(statement.condition)
          script.append("\(start) \(narrowed.rule("counter", statement.action))")
        }
      }
    }
    return NetworkRules(
      namespace: traffic.namespace, tables: [table], script: script,
      live: [
        NetworkRules.LiveSet(table: table, name: Self.live, elements: ["ipv4", "ipv6"])
      ])
  }

  private func matches(_ side: Side) -> [Match] {
    traffic.conversations.flatMap { $0.matches(side) }.map { match in
      var words = interfaceWords(side)
      words.append("meta nfproto @\(Self.live)")
      words += match.words
      words += traffic.ownerWords
      words += traffic.shareWords(seed: step)
      return Match(words: words)
    }
  }

  private func interfaceWords(_ side: Side) -> [String] {
    let field = side == .out ? "oifname" : "iifname"
    guard traffic.namesInterfaces else {
      return traffic.includesLoopback ? [] : [field + " != \"lo\""]
    }
    let names = traffic.interfaces.map { "\"\($0)\"" }.joined(separator: ", ")
    return [field + (traffic.interfaces.count == 1 ? " " + names : " { " + names + " }")]
  }
}
