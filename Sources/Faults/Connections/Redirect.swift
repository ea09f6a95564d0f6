internal import Model

/// The way of connections or queries to a server of the fault's own, by a redirect of nft(8).
struct Redirect {
  let traffic: Traffic
  let setting: NetworkSetting

  /// The mark of what the server itself sends, which is not redirected again.
  var mark: UInt32 { 0x6a65_6e00 + UInt32(setting.step & 0xff) }

  /// Where the server listens: what leaves this host is redirected to its loopback addresses, what
  /// comes to it, to the address of the interface.
  var listen: [IPEndpoint] {
    families.map { family in
      let address: IPAddress =
        traffic.direction == .out
        ? (family == .v4 ? .loopbackV4 : .loopbackV6) : .every(family)
      return IPEndpoint(address, port: 0)
    }
  }

  func rules(of transport: TransportProtocol...) throws(Refusal) -> NetworkRules {
    if traffic.direction == .both {
      throw Refusal(
        "a connection is redirected where it begins: out, or in", cure: "make a step for each")
    }
    let statements = families.flatMap { family in transport.map { statement($0, family) } }
    let rules = FilterRules(traffic: traffic, step: setting.step)
    guard transport.contains(.udp) else { return rules.redirection(statements) }
    return rules.redirection(
      statements,
      tracking: families.map { family in
        .init(condition: condition(.udp, family), action: apart(family), isCounted: false)
      },
      answers: families.map { family in
        let port = "th sport \(NetworkRules.portPlaceholder(family))"
        return Match(words: protocolWords(.udp, family) + [port]).rule(apart(family))
      })
  }

  /// The zone has the number of the server's port, which no other run has had for a while: what is known
  /// of an earlier one's datagrams is not for this one's.
  private func apart(_ family: IPAddress.Family) -> String {
    "ct zone set \(NetworkRules.portPlaceholder(family))"
  }

  private func statement(
    _ transport: TransportProtocol, _ family: IPAddress.Family
  ) -> FilterRules.Statement {
    FilterRules.Statement(
      condition: condition(transport, family),
      action: "redirect to :\(NetworkRules.portPlaceholder(family))")
  }

  private func condition(
    _ transport: TransportProtocol, _ family: IPAddress.Family
  ) -> [String] {
    var condition = protocolWords(transport, family)
    // Where nothing has tracked connections before, those that are open count as new with their next
    // packet, and would be reset. Of the flags of TCP only SYN is set where a connection begins; 'tcp
    // flags' can't follow the protocols that the ports ask for, so they are named by their place.
    if transport == .tcp { condition.append("@th,104,8 & 0x17 == 0x2") }
    condition.append("meta mark != 0x\(String(mark, radix: 16))")
    return condition
  }

  private func protocolWords(
    _ transport: TransportProtocol, _ family: IPAddress.Family
  ) -> [String] {
    ["meta nfproto \(family == .v4 ? "ipv4" : "ipv6")", "meta l4proto \(transport.rawValue)"]
  }

  /// The families that the traffic may have, as far as this host has them.
  private var families: [IPAddress.Family] {
    let named = Set(traffic.conversations.flatMap { $0.remote + $0.local }.map(\.family))
    let present = IPAddress.Family.allCases.filter { $0 == .v4 || hasLongAddresses }
    return named.isEmpty ? present : present.filter(named.contains)
  }

  private var hasLongAddresses: Bool {
    let table = try? setting.host.contents(of: "/proc/self/net/if_inet6")
    return table.map { !$0.isEmpty } ?? false
  }
}
