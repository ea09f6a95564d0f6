internal import Model

/// Connections and queries that are redirected, before any are made, to a port of this host.
extension FilterRules {
  /// The place of the step among those that redirect the same connections: the latest comes first.
  ///
  /// A redirect must stand behind the kernel's tracking of connections, at -200, and before those of
  /// others, at -100: so there are only so many places.
  var order: Int { step % 90 }

  /// The rules that redirect.
  func redirection(_ statements: [Statement]) -> NetworkRules {
    table { side in chain(side, at: translation(side), statements) }
  }

  /// The rules that redirect datagrams too, which they have the kernel track apart.
  ///
  /// Where a datagram goes is decided with the first one between two ports, and kept as long as they go
  /// on: what a program keeps asking from one socket would not be redirected when the fault begins, and
  /// would stay redirected when it ends. In a zone of their own those of the fault are the first ones when
  /// it begins, and when the rules are gone, however that came about, they are again what they were.
  ///
  /// - Parameters:
  ///   - tracking: How datagrams are given their zone.
  ///   - answers: The rules by which what the fault's own server sends back is given it too.
  ///   - strangers: The rules for what comes to that server without having been redirected.
  func redirection(
    _ statements: [Statement], tracking: [Statement], answers: [String], strangers: [String]
  ) -> NetworkRules {
    table { side in
      let strangers = chain("strangers", at: .input, strangers)
      // A share is drawn for each rule anew; what is tracked apart and not redirected would have answers
      // that belong to nothing.
      guard traffic.share == nil else {
        return strangers + chain(side, at: translation(side), statements)
      }
      // The first zone that a datagram is given stays, so it must be that of the first redirect. Raw is at
      // -300, and before -400 fragments are not yet whole.
      let priority = "\(-300 - order)"
      let hook = Hook(name: translation(side).name, priority: priority)
      return chain(side, named: "apart", at: hook, tracking)
        + chain("answers", at: Hook(name: "output", priority: priority), answers)
        + chain(side, at: translation(side), statements) + strangers
    }
  }

  private func translation(_ side: Side) -> Hook {
    // By its number: nft(8) knows the name `dstnat` for prerouting alone.
    Hook(kind: "nat", name: side == .out ? "output" : "prerouting", priority: "\(-101 - order)")
  }
}
