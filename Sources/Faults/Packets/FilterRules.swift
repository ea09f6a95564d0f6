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
    var kind = "filter"
    var name: String
    var priority = "mangle"

    static let output = Hook(name: "output")
    static let input = Hook(name: "input")
  }

  /// The rules that do something to the selected packets.
  func rules(_ statements: [Statement]) -> NetworkRules {
    table { side in chain(side, at: side == .out ? .output : .input, statements) }
  }

  /// A table with the chains that each side of the traffic needs.
  func table(_ chains: (Side) -> [String]) -> NetworkRules {
    var script = table.making([table.live])
    for side in Side.all(of: traffic.direction) { script += chains(side) }
    return NetworkRules(
      namespace: traffic.namespace, tables: [table.table], script: script, live: [table.live])
  }

  /// A chain that does something to the selected packets of one side; it is named after that unless
  /// told otherwise.
  func chain(
    _ side: Side, named name: String? = nil, at hook: Hook, _ statements: [Statement]
  ) -> [String] {
    var rules = traffic.spared(side).map { $0.rule("accept") }
    for statement in statements {
      for match in matches(side) {
        let counter = statement.isCounted ? "counter" : ""
        rules.append(match.and(statement.condition).rule(counter, statement.action))
      }
    }
    return chain(name ?? side.rawValue, at: hook, rules)
  }

  /// A chain with rules, at a hook, or to which other rules go.
  func chain(_ name: String, at hook: Hook? = nil, _ rules: [String]) -> [String] {
    let base = hook.map { " { type \($0.kind) hook \($0.name) priority \($0.priority); }" }
    return ["add chain \(table.text) \(name)\(base ?? "")"]
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
    if traffic.namesInterfaces { return [side.words(at: traffic.interfaces)] }
    return traffic.includesLoopback ? [] : ["\(side.interfaceField) != \"lo\""]
  }
}
