public import Model

/// Lets the lookup of names fail, be wrong, or be slow.
///
/// What programs of this host ask their name servers is redirected to a resolver of the agent's, which
/// answers by its rule and forwards the rest.
public struct NetworkDNS: NetworkFault {
  public static let name = "network.dns"
  public static let summary = "Let the lookup of names fail, be wrong, or be slow"
  public static let capabilities = PacketCapabilities.all + ["cap_net_bind_service"]
  public static let tools = ["nft"]
  public static let examples = [
    Example(
      "The name of the payment service does not resolve any more",
      """
      - name: DNS outage
        fault: network.dns
        with: {names: payments.internal, fail: name-error}
        for: 30s
      """),
    Example(
      "Everything below one domain leads to a wrong address",
      """
      - name: wrong address
        fault: network.dns
        with: {names: ['*.example.com'], address: 192.0.2.1}
        for: 30s
      """),
    Example(
      "Half of all lookups take two seconds",
      """
      - name: slow lookups
        fault: network.dns
        with: {delay: 2s, percent: 50%}
        for: 1m
      """),
  ]

  /// How a lookup fails, by the names of RFC 1035 and RFC 8499.
  enum Failure: String, FieldChoice {
    case nameError = "name-error"
    case serverFailure = "server-failure"
    case refused
    case timeout

    static var placeholder: Failure { .nameError }

    var answer: NameRule.Failure {
      switch self {
      case .nameError: .nameError
      case .serverFailure: .serverFailure
      case .refused: .refused
      case .timeout: .timeout
      }
    }
  }

  let rules: [NameRule]
  let servers: [IPEndpoint]

  /// Declares and reads `names`, what happens to them, and `servers`.
  public init(_ fields: inout Fields) {
    let patterns =
      fields.optional(
        "names", "which names: db.internal, '*.internal', or a list of them; without it, all",
        as: OneOrMore<NamePattern>.self)?.all ?? [.every]
    let failure: Failure? = fields.optional(
      "fail", "no answer: name-error, server-failure, refused or timeout")
    let addresses =
      fields.optional("address", "a wrong address, or several", as: OneOrMore<IPAddress>.self)?.all
    let delay = fields.optional(
      "delay", "the true answer, so much later", as: PositiveDuration.self)
    let jitter = fields.value(
      "jitter", "how far the delay varies", default: Duration.zero, shown: "0s")
    let share: Percentage? = fields.optional("percent", "how many of the lookups; without it, all")
    servers =
      fields.optional(
        "servers",
        "name servers with ports, such as 10.0.0.53:53; without it, those that 'to' names, or those of "
          + "resolv.conf",
        as: OneOrMore<IPEndpoint>.self)?.all ?? []
    let answer: NameRule.Answer =
      if let addresses {
        .address(addresses, timeToLive: .zero)
      } else if let delay {
        .slow(delay: delay.duration, jitter: jitter)
      } else {
        .fail((failure ?? .nameError).answer)
      }
    rules = patterns.map { NameRule($0, share: share ?? .all, answer: answer) }
    guard !fields.isDeclaring else { return }
    let answers = ["fail", "address", "delay"].filter { fields.node($0) != nil }
    if answers.count != 1, !fields.hasUnknownKeys {
      fields.note(
        "a lookup meets one of fail, address and delay", at: answers.last ?? "fail",
        cure: "write 'fail: name-error'")
    }
    if fields.node("jitter") != nil, delay == nil {
      fields.note("'jitter' goes with 'delay'", at: "jitter")
    }
    fields.noteShare(share, of: "lookups")
    if servers.contains(where: { $0.port == 0 }) {
      fields.note("port 0 is nobody's", at: "servers", cure: "name servers listen on port 53")
    }
  }

  public var needsTraffic: Bool { false }

  public func objections(to selector: TrafficSelector) -> [TrafficObjection] {
    var objections = Redirect.objections(to: selector)
    if !selector.ports.isEmpty {
      objections.append(
        TrafficObjection(
          to: "port", "the ports of queries are those of the name servers",
          cure: "write 'servers: 10.0.0.53:5353' in 'with:'"))
    }
    if let transport = selector.transport, !Self.transports.contains(transport) {
      objections.append(
        TrafficObjection(
          to: "protocol", "queries go by udp and tcp, not by \(transport.rawValue)",
          cure: "leave 'protocol' out"))
    }
    return objections
  }

  private static let transports: [TransportProtocol] = [.udp, .tcp]

  private var request: String { rules.map(\.shown).joined(separator: "; ") }

  public func injection(
    into traffic: Traffic, in setting: NetworkSetting
  ) throws(Refusal) -> Injection {
    var upstreams = servers.isEmpty ? Self.named(by: traffic) : servers
    if upstreams.isEmpty {
      upstreams = try NameServers(host: setting.host).all(in: traffic.namespace)
    }
    let queries = Self.queries(to: upstreams, among: traffic)
    let redirect = Redirect(traffic: queries, setting: setting)
    let meant = Set(queries.conversations.compactMap(\.transport))
    let transports = Self.transports.filter { meant.isEmpty || meant.contains($0) }
    var rules = try redirect.rules(of: transports)
    rules.server = .resolver(
      ResolverSettings(
        listen: redirect.listen, upstreams: upstreams, mark: redirect.mark, rules: self.rules,
        seed: setting.step))
    try Preflight(host: setting.host).check(rules, queries)
    return rules.injection
  }

  /// The name servers that traffic goes to, where it says so by their addresses: what is asked of these
  /// must not be answered by another, which may know other names.
  private static func named(by traffic: Traffic) -> [IPEndpoint] {
    let remote = traffic.direction == .in ? [] : traffic.conversations.flatMap(\.remote)
    let areServers = remote.allSatisfy { $0.prefix == $0.family.bits }
    return areServers ? remote.map { IPEndpoint($0.address, port: 53) } : []
  }

  /// The queries to the name servers alone: what a local name server asks of others must go on, or it
  /// would be asked by our resolver what it asks itself.
  private static func queries(to servers: [IPEndpoint], among traffic: Traffic) -> Traffic {
    var queries = traffic
    let isNarrowed = traffic.conversations.contains { !$0.remote.isEmpty || !$0.local.isEmpty }
    let asked =
      isNarrowed
      ? traffic.conversations
      : servers.map { server in
        Conversation(
          remote: [AddressRange(server.address)],
          transport: traffic.conversations.first?.transport)
      }
    if !isNarrowed { queries.includesLoopback = true }
    queries.conversations = asked.map { conversation in
      var conversation = conversation
      let ports = PortRange.merged(
        servers.filter { server in
          isNarrowed || conversation.remote.contains { $0.contains(server.address) }
        }.compactMap { PortRange(Int($0.port), Int($0.port)) })
      if traffic.direction == .in, isNarrowed {
        conversation.localPorts = ports
      } else {
        conversation.remotePorts = ports
      }
      return conversation
    }
    return queries
  }

  public func inspect(_ inspection: NetworkInspection, on host: any Host) -> Evidence {
    ServerEvidence(request: request, inspection: inspection, host: host).evidence()
  }
}
