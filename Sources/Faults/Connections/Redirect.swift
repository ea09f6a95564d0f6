internal import Model

/// The way of connections or queries to a server of the fault's own, by a redirect of nft(8).
struct Redirect {
  let traffic: Traffic
  let setting: NetworkSetting

  /// The mark of what the server itself sends.
  var mark: UInt32 { Self.firstMark + UInt32(rules.order) }

  private static let firstMark: UInt32 = 0x6a65_6e00

  private var rules: FilterRules { FilterRules(traffic: traffic, step: setting.step) }

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

  /// What no redirect can make anything of.
  static func objections(to selector: TrafficSelector) -> [TrafficObjection] {
    selector.direction == .both ? [bothWays] : []
  }

  private static let bothWays = TrafficObjection(
    to: "direction", "a connection is redirected where it begins: out, or in",
    cure: "make a step for each")

  func rules(of transports: [TransportProtocol]) throws(Refusal) -> NetworkRules {
    if traffic.direction == .both {
      throw Refusal(Self.bothWays.message, cure: Self.bothWays.cure)
    }
    let statements = families.flatMap { family in transports.map { statement($0, family) } }
    guard transports.contains(.udp) else { return rules.redirection(statements) }
    return rules.redirection(
      statements,
      tracking: families.map { family in
        .init(condition: condition(.udp, family), action: apart(family), isCounted: false)
      },
      answers: families.map { family in
        let port = "th sport \(NetworkRules.portPlaceholder(family))"
        return Match(words: protocolWords(.udp, family) + [port]).rule(apart(family))
      },
      strangers: families.flatMap { family in transports.map { stranger($0, family) } })
  }

  /// What came to the server's port by itself: whoever was not redirected there is not answered, or it
  /// would be a name server for everybody.
  private func stranger(_ transport: TransportProtocol, _ family: IPAddress.Family) -> String {
    let words = ["th dport \(NetworkRules.portPlaceholder(family))", "ct status & dnat == 0"]
    return Match(words: protocolWords(transport, family) + words).rule("drop")
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
    return condition + ["meta mark != \(ownMarks)"]
  }

  /// The marks of this server and of those that connections come to after it.
  ///
  /// Where several servers stand in the way of the same connections, that of the latest step comes first,
  /// and what it sends comes to the next: each connection passes each of them once, and none twice.
  private var ownMarks: String {
    let marks = [Self.firstMark, mark].map { "0x" + String($0, radix: 16) }
    return rules.order == 0 ? marks[0] : marks.joined(separator: "-")
  }

  private func protocolWords(
    _ transport: TransportProtocol, _ family: IPAddress.Family
  ) -> [String] {
    ["meta nfproto \(family == .v4 ? "ipv4" : "ipv6")", "meta l4proto \(transport.rawValue)"]
  }

  /// The families that the traffic may have, as far as its network has them.
  private var families: [IPAddress.Family] {
    let named = Set(traffic.conversations.flatMap { $0.remote + $0.local }.map(\.family))
    let present = IPAddress.Family.allCases.filter { $0 == .v4 || hasLongAddresses }
    return named.isEmpty ? present : present.filter(named.contains)
  }

  private var hasLongAddresses: Bool {
    let table = "/proc/self/net/if_inet6"
    guard let namespace = traffic.namespace else {
      return (try? setting.host.contents(of: table)).map { !$0.isEmpty } ?? false
    }
    let result = setting.host.check(
      Command(argv: NetworkNamespace.entering(namespace) + ["cat", table]))
    return result.isSuccess && !result.output.isEmpty
  }
}
