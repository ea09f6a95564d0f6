internal import Model

/// Connections and queries that are redirected, before any are made, to a port of this host.
extension FilterRules {
  /// The rules that redirect.
  func redirection(_ statements: [Statement]) -> NetworkRules {
    rules { side in chain(side.rawValue, Self.translation(side), side, statements) }
  }

  /// The rules that redirect datagrams too, of which the kernel has them tracked apart.
  ///
  /// Where a datagram goes is decided with the first one between two ports, and kept as long as they go
  /// on: what a program keeps asking from one socket would not be redirected when the fault begins, and
  /// would stay redirected when it ends. In a zone of their own those of the fault are the first ones when
  /// it begins, and when the rules are gone, however that came about, they are again what they were.
  ///
  /// - Parameters:
  ///   - datagrams: What is done to datagrams, with the condition of those that are meant.
  ///   - answers: The matches of what the fault's own server sends back.
  func redirection(
    _ statements: [Statement], tracking datagrams: [[String]], answers: [[String]]
  ) -> NetworkRules {
    // A share is drawn for each rule anew; what is tracked apart and not redirected would have answers
    // that belong to nothing.
    guard traffic.share == nil else { return redirection(statements) }
    let apart = "ct zone set \(Self.firstZone + step & 0xff)"
    return rules { side in
      let hook = Hook(
        kind: "filter", name: Self.translation(side).name, priority: "raw")
      let output = Hook(kind: "filter", name: "output", priority: "raw")
      return chain(
        "apart", hook, side,
        datagrams.map { Statement(condition: $0, action: apart, isCounted: false) })
        + chain("answers", output, answers.map { Match(words: $0).rule(apart) })
        + chain(side.rawValue, Self.translation(side), side, statements)
    }
  }

  /// Zones of the connection tracking that hardly anybody else uses; there are 65,536.
  private static let firstZone = 0x6a00

  private static func translation(_ side: Side) -> Hook {
    // By its number: nft(8) knows the name `dstnat` for prerouting alone.
    Hook(kind: "nat", name: side == .out ? "output" : "prerouting", priority: "-100")
  }
}
