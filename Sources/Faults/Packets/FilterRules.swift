internal import Model

/// Rules that drop or reject packets, or redirect their connections: a table of the inet family.
struct FilterRules {
  let traffic: Traffic
  let step: Int

  private var table: OwnedTable { OwnedTable(.inet, step: step) }

  /// What is done to packets, and to which of those selected.
  struct Statement {
    var condition: [String] = []
    var action: String
    var isCounted = true
  }

  /// Where rules see packets: a base chain, as nft(8) calls it.
  struct Hook {
    var kind: String
    var name: String
    var priority: String
  }

  /// The rules that do something to the selected packets.
  func rules(_ statements: (Side) -> [Statement]) -> NetworkRules {
    rules { side in
      let hook = Hook(kind: "filter", name: side == .out ? "output" : "input", priority: "mangle")
      return chain(side.rawValue, hook, side, statements(side))
    }
  }

  /// A table with what each side of the traffic needs.
  func rules(chains: (Side) -> [String]) -> NetworkRules {
    var script = table.making([table.live])
    for side in Side.all(of: traffic.direction) { script += chains(side) }
    return NetworkRules(
      namespace: traffic.namespace, tables: [table.table], script: script, live: [table.live])
  }

  /// A chain that does something to the selected packets of one side.
  func chain(
    _ name: String, _ hook: Hook, _ side: Side, _ statements: [Statement]
  ) -> [String] {
    var rules = traffic.spared(side).map { $0.rule("accept") }
    for statement in statements {
      for match in matches(side) {
        let counter = statement.isCounted ? "counter" : ""
        rules.append(match.and(statement.condition).rule(counter, statement.action))
      }
    }
    return chain(name, hook, rules)
  }

  /// A chain with rules.
  func chain(_ name: String, _ hook: Hook, _ rules: [String]) -> [String] {
    let base = "{ type \(hook.kind) hook \(hook.name) priority \(hook.priority); }"
    return ["add chain \(table.text) \(name) \(base)"]
      + rules.map { "add rule \(table.text) \(name) \($0)" }
  }

  private func matches(_ side: Side) -> [Match] {
    traffic.conversations.flatMap { $0.matches(side) }.map { match in
      var words = interfaceWords(side)
      words.append(table.asking(table.live))
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
