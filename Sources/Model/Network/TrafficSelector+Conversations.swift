/// What a selector means, once its peers are looked up.
extension TrafficSelector {
  /// The conversations whose packets it means.
  ///
  /// - Parameters:
  ///   - direction: which of their packets are meant.
  ///   - separated: peers that take the place of its own, as a fault between hosts chooses them.
  ///   - addresses: looks a peer up.
  public func conversations(
    _ direction: TrafficDirection, separatedFrom separated: [Peer] = [],
    addresses: (Peer) throws(Refusal) -> [AddressRange]
  ) throws(Refusal) -> [Conversation] {
    if !separated.isEmpty {
      return conversations(between: [try separated.addresses(addresses), []])
    }
    if between.count == 2 {
      var groups: [[AddressRange]] = []
      for group in between { groups.append(try group.addresses(addresses)) }
      return conversations(between: groups)
    }
    let to = try to.addresses(addresses)
    let from = try from.addresses(addresses)
    if !to.isEmpty {
      return [Conversation(remote: to, remotePorts: ports, local: from, transport: transport)]
    }
    if !from.isEmpty {
      return [Conversation(remote: from, localPorts: ports, transport: transport)]
    }
    return Conversation.ofAnyone(ports, transport, direction)
  }

  /// What two groups say to each other; this host may be of either, and the port at either end.
  private func conversations(between groups: [[AddressRange]]) -> [Conversation] {
    let pairs =
      groups[1].isEmpty
      ? [(groups[0], groups[1])] : [(groups[0], groups[1]), (groups[1], groups[0])]
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
}

extension TrafficException {
  /// The conversations that it leaves alone.
  public func conversations(
    addresses: (Peer) throws(Refusal) -> [AddressRange]
  ) throws(Refusal) -> [Conversation] {
    let to = try to.addresses(addresses)
    let from = try from.addresses(addresses)
    var found: [Conversation] = []
    if !to.isEmpty {
      found.append(Conversation(remote: to, remotePorts: ports, transport: transport))
    }
    if !from.isEmpty, from != to || !ports.isEmpty {
      found.append(Conversation(remote: from, localPorts: ports, transport: transport))
    }
    return found.isEmpty ? Conversation.ofAnyone(ports, transport, .both) : found
  }
}

extension [Peer] {
  fileprivate func addresses(
    _ lookUp: (Peer) throws(Refusal) -> [AddressRange]
  ) throws(Refusal) -> [AddressRange] {
    var found: [AddressRange] = []
    for peer in self { found += try lookUp(peer) }
    return found
  }
}

extension Conversation {
  /// What goes to the ports of others, or comes to the ports of this host.
  fileprivate static func ofAnyone(
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
}
