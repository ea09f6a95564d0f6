internal import Model

/// Looks up what a traffic selector names, once: names, namespaces, users, interfaces, and the
/// connections that must go on.
struct TrafficResolution {
  let host: any Host
  /// This agent.
  let own: Int32
  let allowProtected: Set<String>

  /// The traffic that a selector means.
  ///
  /// - Parameters:
  ///   - usual: the direction where the author names none.
  ///   - peers: whom the fault separates this host from, besides the selector's own.
  func traffic(
    of selector: TrafficSelector, usual: TrafficDirection, peers: [String]
  ) throws(Refusal) -> Traffic {
    var namespace: NetworkNamespace?
    if let place = selector.inside {
      namespace = try PlaceResolution(host: host).namespace(of: place)
    }
    let facts = try network(in: namespace)
    let direction = selector.direction ?? usual
    let conversations = try self.conversations(of: selector, direction, peers: peers)
    let interfaces = try self.interfaces(of: selector, conversations, facts)
    return Traffic(
      namespace: namespace, direction: direction, conversations: conversations,
      interfaces: interfaces, namesInterfaces: !selector.interfaces.isEmpty,
      includesLoopback: includesLoopback(selector, conversations, facts),
      owner: try owner(of: selector),
      share: selector.share.map { Traffic.Share(fraction: $0.fraction, unit: selector.unit) },
      exceptions: try selector.exceptions.flattened { (exception) throws(Refusal) in
        try self.conversations(of: exception)
      },
      // Those connections are of the agent's own network.
      protected: namespace == nil
        ? try ProtectedConnections(host: host, own: own, allowed: allowProtected).all() : [])
  }

  private func network(in namespace: NetworkNamespace?) throws(Refusal) -> NetworkFacts {
    do throws(HostError) {
      return try host.network(in: namespace)
    } catch {
      throw Refusal(
        error.message, cure: namespace == nil ? nil : "run the agent as root, or name another place"
      )
    }
  }

  // MARK: Conversations

  private func conversations(
    of selector: TrafficSelector, _ direction: TrafficDirection, peers: [String]
  ) throws(Refusal) -> [Conversation] {
    let transport = selector.transport
    let ports = selector.ports
    if !peers.isEmpty {
      let remote = try peers.flattened { (peer) throws(Refusal) in
        try addresses(of: Peer(peer) ?? .name(peer))
      }
      return between([remote, []], ports, transport)
    }
    if selector.between.count == 2 {
      let groups = try selector.between.map { (group) throws(Refusal) in try ranges(of: group) }
      return between(groups, ports, transport)
    }
    let to = try ranges(of: selector.to)
    let from = try ranges(of: selector.from)
    if !to.isEmpty, !from.isEmpty {
      return [
        Conversation(remote: to, remotePorts: ports, local: from, transport: transport)
      ]
    }
    if !to.isEmpty { return [Conversation(remote: to, remotePorts: ports, transport: transport)] }
    if !from.isEmpty {
      return [Conversation(remote: from, localPorts: ports, transport: transport)]
    }
    return ofAnyone(ports, transport, direction)
  }

  /// What goes to the ports of others, or comes to the ports of this host.
  private func ofAnyone(
    _ ports: [PortRange], _ transport: TransportProtocol?, _ direction: TrafficDirection
  ) -> [Conversation] {
    guard !ports.isEmpty else { return [Conversation(transport: transport)] }
    let theirs = Conversation(remotePorts: ports, transport: transport)
    let ours = Conversation(localPorts: ports, transport: transport)
    return switch direction {
    case .out: [theirs]
    case .in: [ours]
    case .both: [theirs, ours]
    }
  }

  /// What two groups say to each other; this host may be of either, and the port at either end.
  private func between(
    _ groups: [[AddressRange]], _ ports: [PortRange], _ transport: TransportProtocol?
  ) -> [Conversation] {
    let pairs =
      groups[1].isEmpty
      ? [(groups[0], groups[1])]
      : [
        (groups[0], groups[1]), (groups[1], groups[0]),
      ]
    return pairs.flatMap { remote, local in
      guard !ports.isEmpty else {
        return [Conversation(remote: remote, local: local, transport: transport)]
      }
      return [
        Conversation(remote: remote, remotePorts: ports, local: local, transport: transport),
        Conversation(remote: remote, local: local, localPorts: ports, transport: transport),
      ]
    }
  }

  private func conversations(of exception: TrafficException) throws(Refusal) -> [Conversation] {
    let to = try ranges(of: exception.to)
    let from = try ranges(of: exception.from)
    let transport = exception.transport
    var found: [Conversation] = []
    if !to.isEmpty {
      found.append(Conversation(remote: to, remotePorts: exception.ports, transport: transport))
    }
    if !from.isEmpty, from != to || !exception.ports.isEmpty {
      found.append(Conversation(remote: from, localPorts: exception.ports, transport: transport))
    }
    return found.isEmpty ? ofAnyone(exception.ports, transport, .both) : found
  }

  // MARK: Names

  private func ranges(of peers: [Peer]) throws(Refusal) -> [AddressRange] {
    try peers.flattened { (peer) throws(Refusal) in try addresses(of: peer) }
  }

  /// The addresses of a peer; a name is looked up as any program of the host would: getent(1).
  private func addresses(of peer: Peer) throws(Refusal) -> [AddressRange] {
    switch peer {
    case .addresses(let range): return [range]
    case .name(let name):
      let result = host.check(Command(argv: ["getent", "ahosts", name]))
      if case .notStarted(let reason) = result.ending { throw Refusal("getent: \(reason)") }
      let addresses = result.output.split(separator: "\n").compactMap { line in
        line.split(separator: " ").first.flatMap { IPAddress(text: $0) }
      }
      guard result.isSuccess, !addresses.isEmpty else {
        throw Refusal(
          "the host name '\(name.limited)' does not resolve"
            + (result.ending == .timedOut ? " within 2 s" : ""),
          cure: "write its address, or mend the name service of this host")
      }
      return Set(addresses).sorted().map { AddressRange($0) }
    }
  }

  // MARK: Interfaces

  private func interfaces(
    of selector: TrafficSelector, _ conversations: [Conversation], _ facts: NetworkFacts
  ) throws(Refusal) -> [String] {
    let known = facts.interfaces.map(\.name)
    for name in selector.interfaces where !known.contains(name) {
      throw Refusal(
        "there is no interface '\(name.limited)'"
          + (selector.inside.map { " in \($0.shown)" } ?? ""),
        cure: Suggestion.cure(for: name, among: known.sorted()))
    }
    if !selector.interfaces.isEmpty { return Set(selector.interfaces).sorted() }
    let remotes = conversations.flatMap(\.remote)
    let routed = Set(remotes.flatMap { facts.interfaces(towards: $0) })
    if !remotes.isEmpty { return routed.sorted() }
    let outward = Set(facts.routes.filter { $0.destination.prefix == 0 }.map(\.interface))
    let all = facts.interfaces.filter { !$0.isLoopback }.map(\.name)
    return outward.isEmpty ? all.sorted() : outward.sorted()
  }

  /// What stays within the host is meant only where it is named: by its interface or by an address.
  private func includesLoopback(
    _ selector: TrafficSelector, _ conversations: [Conversation], _ facts: NetworkFacts
  ) -> Bool {
    if !selector.interfaces.isEmpty {
      return facts.interfaces.contains { $0.isLoopback && selector.interfaces.contains($0.name) }
    }
    return conversations.contains { conversation in
      (conversation.remote + conversation.local).contains {
        $0.prefix == $0.family.bits || $0.address.isLoopback
      }
    }
  }

  // MARK: Owners

  private func owner(of selector: TrafficSelector) throws(Refusal) -> Traffic.Owner? {
    if let user = selector.user {
      guard let id = UInt32(user) ?? host.userID(named: user) else {
        throw Refusal("there is no user '\(user.limited)'", cure: "write a name or a number")
      }
      return .user(id)
    }
    let owners = OwnerResolution(host: host, own: own, allowProtected: allowProtected)
    if let cgroup = selector.cgroup { return try owners.cgroup(cgroup) }
    return try selector.processes.map { (processes) throws(Refusal) in
      try owners.cgroup(of: processes)
    }
  }
}

extension Array {
  /// `flatMap` for a body that throws refusals.
  fileprivate func flattened<Result>(
    _ body: (Element) throws(Refusal) -> [Result]
  ) throws(Refusal) -> [Result] {
    var results: [Result] = []
    for element in self { results += try body(element) }
    return results
  }
}
