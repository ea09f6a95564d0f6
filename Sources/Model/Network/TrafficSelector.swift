/// Which packets a network fault hits: all conditions must hold.
///
/// `to` names servers that this host uses, so that `port` is the port there; `from` names clients that
/// use this host, so that `port` is the port here. `between` names two groups, and what one of them
/// sends to the other is meant.
public struct TrafficSelector: FieldSection, Hashable {
  public var to: [Peer]
  public var from: [Peer]
  /// Two groups, or none.
  public var between: [[Peer]]
  public var ports: [PortRange]
  public var transport: TransportProtocol?
  /// nil: what is usual for the fault.
  public var direction: TrafficDirection?
  public var interfaces: [String]
  /// The user whose sockets send it, by name or number.
  public var user: String?
  /// The cgroup whose sockets send it, as in /proc/PID/cgroup, or one above it.
  public var cgroup: String?
  /// The processes whose sockets send it; they must have a cgroup to themselves.
  public var processes: ProcessSelector?
  public var share: Percentage?
  public var unit: TrafficUnit
  public var inside: TrafficPlace?
  public var exceptions: [TrafficException]

  /// Declares and reads a selector.
  public init(_ fields: inout Fields) {
    to = Self.peers("to", "servers that this host talks to", &fields)
    from = Self.peers("from", "clients that talk to this host", &fields)
    between =
      fields.optional(
        "between", "two groups: what one of them sends to the other",
        as: [OneOrMore<Peer>].self)?.map(\.all) ?? []
    ports =
      fields.optional(
        "port", "port, range such as 8000-8010, or a list of them", as: OneOrMore<PortRange>.self)?
      .all ?? []
    transport = fields.optional("protocol", "tcp, udp, sctp, icmp or icmpv6; without it, all")
    direction = fields.optional("direction", "out, in or both; without it, what suits the fault")
    interfaces =
      fields.optional(
        "interface", "network interface, or several; without it, those of the routes",
        as: OneOrMore<String>.self)?.all ?? []
    user = fields.optional("user", "user whose sockets send it, by name or number")
    cgroup = fields.optional(
      "cgroup", "cgroup whose sockets send it, as in /proc/PID/cgroup, or one above it")
    processes = fields.optional(
      "process", "processes whose sockets send it; they must have a cgroup to themselves")
    share = fields.optional("percent", "how many of the packets or connections, such as 30%")
    unit = fields.value(
      "of", "what 'percent' counts: packets or connections", default: .packets, shown: "packets")
    inside = fields.optional("inside", "in the network of a namespace, a container or a process")
    exceptions =
      fields.optional(
        "except", "what is left alone: addresses, or sections with to, from, port and protocol",
        as: OneOrMore<TrafficException>.self)?.all ?? []
    if !fields.isDeclaring { check(&fields) }
  }

  /// Whether it says whose sockets send the traffic: what arrives has no owner yet.
  public var namesOwner: Bool { user != nil || cgroup != nil || processes != nil }

  /// The fields that name the other end.
  public var namedPeers: [String] {
    [("to", !to.isEmpty), ("from", !from.isEmpty), ("between", !between.isEmpty)]
      .filter(\.1).map(\.0)
  }

  /// Whether it only says where, and nothing of which traffic.
  public var selectsEverything: Bool {
    namedPeers.isEmpty && ports.isEmpty && transport == nil && direction == nil
      && interfaces.isEmpty && !namesOwner && share == nil && exceptions.isEmpty
  }

  private static func peers(_ name: String, _ summary: String, _ fields: inout Fields) -> [Peer] {
    fields.optional(
      name, summary + ": address, range such as 10.0.0.0/8, host's name, or a list of them",
      as: OneOrMore<Peer>.self)?.all ?? []
  }

  private func check(_ fields: inout Fields) {
    if fields.node("between") != nil {
      if between.count != 2 {
        fields.note(
          "'between' names two groups, not \(between.count)", at: "between",
          cure: "write [[a, b], [c]]")
      }
      if !to.isEmpty || !from.isEmpty {
        fields.note(
          "'between' does not go with 'to' or 'from'", at: "between", cure: "leave one of them out")
      }
    }
    if let transport, !transport.hasPorts, !ports.isEmpty {
      fields.note("\(transport.rawValue) has no ports", at: "port", cure: "leave 'port' out")
    }
    if let share, Traffic.Share.part(of: share.fraction) == 0 {
      fields.note(
        "less than \(Traffic.Share.least.text) of the traffic is none of it", at: "percent",
        cure: "write at least \(Traffic.Share.least.text)")
    }
    if fields.node("of") != nil, fields.node("percent") == nil {
      fields.note("'of' says what 'percent' counts, and there is none", at: "of")
    }
    let owners = ["user", "cgroup", "process"].filter { fields.node($0) != nil }
    if owners.count > 1 {
      fields.note("'\(owners[0])' and '\(owners[1])' at once", at: owners[1], cure: "keep one")
    }
    if let owner = owners.first, let direction, direction != .out {
      fields.note(
        "by '\(owner)' only what is sent can be told: what arrives has no owner yet",
        at: "direction", cure: "leave 'direction' out; without the answers nothing works either")
    }
    for interface in interfaces where interface.utf8.count > 15 || interface.contains("/") {
      fields.note("'\(interface.limited)' can't be an interface", at: "interface")
    }
    checkMeaning(&fields)
  }

  /// What can be told without looking names up; each stands for an address that nobody has: RFC 1112, 4.
  private func checkMeaning(_ fields: inout Fields) {
    var names: [String: AddressRange] = [:]
    func addresses(of peer: Peer) -> [AddressRange] {
      guard case .name(let name) = peer else { return [peer.range].compactMap(\.self) }
      let key = name.lowercased()
      let number = names.count
      let bytes = [
        240, UInt8(number >> 16 & 0xff), UInt8(number >> 8 & 0xff), UInt8(number & 0xff),
      ]
      let range = names[key] ?? IPAddress(bytes: bytes).map { AddressRange($0) }
      names[key] = range
      return [range].compactMap(\.self)
    }
    do throws(Refusal) {
      let meant = try conversations(direction ?? .both) { (peer) throws(Refusal) in
        addresses(of: peer)
      }
      if names.isEmpty, !meant.contains(where: \.isPossible) {
        fields.note(TrafficMeaning.impossible.message, cure: TrafficMeaning.impossible.cure)
      }
      var spared: [Conversation] = []
      for exception in exceptions {
        spared += try exception.conversations { (peer) throws(Refusal) in addresses(of: peer) }
      }
      if TrafficMeaning.isNothingLeft(of: meant, without: spared) {
        let nothing = TrafficMeaning.nothingLeft
        fields.note(nothing.message, at: "except", cure: nothing.cure)
      }
    } catch {
      fields.note(error.message, cure: error.cure)
    }
  }
}

/// Traffic that a fault leaves alone although it is selected.
public struct TrafficException: FieldValue, Hashable {
  public var to: [Peer]
  public var from: [Peer]
  public var ports: [PortRange]
  public var transport: TransportProtocol?

  private struct Section: FieldSection {
    var exception: TrafficException

    init(_ fields: inout Fields) {
      func peers(_ name: String, _ summary: String) -> [Peer] {
        fields.optional(name, summary, as: OneOrMore<Peer>.self)?.all ?? []
      }
      exception = TrafficException(
        to: peers("to", "servers that this host talks to"),
        from: peers("from", "clients that talk to this host"),
        ports: fields.optional("port", "port or range", as: OneOrMore<PortRange>.self)?.all ?? [],
        transport: fields.optional("protocol", "tcp, udp, sctp, icmp or icmpv6"))
      if exception.to.isEmpty, exception.from.isEmpty, exception.ports.isEmpty,
        exception.transport == nil, !fields.hasUnknownKeys
      {
        fields.note("an exception of nothing", cure: "name to, from, port or protocol")
      }
    }
  }

  public static var schema: Schema { .any(of: [.string(), Section.schema]) }
  public static var placeholder: TrafficException {
    TrafficException(to: [], from: [], ports: [], transport: nil)
  }

  public static func read(_ node: Node, in reading: inout Reading) -> TrafficException? {
    if case .map = node.content { return Section.read(node, in: &reading)?.exception }
    return Peer.read(node, in: &reading).map {
      TrafficException(to: [$0], from: [$0], ports: [], transport: nil)
    }
  }
}
