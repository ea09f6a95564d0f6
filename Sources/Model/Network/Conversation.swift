/// Packets that go back and forth between this host and others: what a rule can match.
public struct Conversation: Sendable, Hashable, Codable {
  /// Empty: any.
  public var remote: [AddressRange]
  public var remotePorts: [PortRange]
  public var local: [AddressRange]
  public var localPorts: [PortRange]
  public var transport: TransportProtocol?

  /// Makes a conversation.
  public init(
    remote: [AddressRange] = [], remotePorts: [PortRange] = [], local: [AddressRange] = [],
    localPorts: [PortRange] = [], transport: TransportProtocol? = nil
  ) {
    self.remote = AddressRange.merged(remote)
    self.remotePorts = PortRange.merged(remotePorts)
    self.local = AddressRange.merged(local)
    self.localPorts = PortRange.merged(localPorts)
    self.transport = transport
  }

  /// Whether some packet may belong to both.
  public func overlaps(_ other: Conversation) -> Bool {
    func meet<Range>(_ a: [Range], _ b: [Range], _ overlaps: (Range, Range) -> Bool) -> Bool {
      a.isEmpty || b.isEmpty || a.contains { one in b.contains { overlaps(one, $0) } }
    }
    return meet(remote, other.remote) { $0.overlaps($1) }
      && meet(local, other.local) { $0.overlaps($1) }
      && meet(remotePorts, other.remotePorts) { $0.overlaps($1) }
      && meet(localPorts, other.localPorts) { $0.overlaps($1) }
      && (transport == nil || other.transport == nil || transport == other.transport)
  }

  /// Whether every packet of another one is one of these.
  public func contains(_ other: Conversation) -> Bool {
    func cover<Range>(_ all: [Range], _ some: [Range], _ contains: (Range, Range) -> Bool) -> Bool {
      all.isEmpty || !some.isEmpty && some.allSatisfy { one in all.contains { contains($0, one) } }
    }
    return cover(remote, other.remote) { $0.contains($1) }
      && cover(local, other.local) { $0.contains($1) }
      && cover(remotePorts, other.remotePorts) { $0.contains($1) }
      && cover(localPorts, other.localPorts) { $0.contains($1) }
      && (transport == nil || transport == other.transport)
  }

  /// Whether there can be such packets: their ends have addresses of one family, and ICMP is each one's own.
  public var isPossible: Bool {
    let ends = [remote, local].filter { !$0.isEmpty }.map { Set($0.map(\.family)) }
    var families = Set(IPAddress.Family.allCases)
    for end in ends { families.formIntersection(end) }
    switch transport {
    case .icmp: return families.contains(.v4)
    case .icmpv6: return families.contains(.v6)
    case .tcp, .udp, .sctp, nil: return !families.isEmpty
    }
  }

  /// As few conversations as mean the same: those that differ only in who is at the other end are one.
  public static func merged(_ conversations: [Conversation]) -> [Conversation] {
    var merged: [Conversation] = []
    var places: [Conversation: Int] = [:]
    for conversation in conversations {
      var rest = conversation
      rest.remote = []
      if !conversation.remote.isEmpty, let place = places[rest] {
        merged[place].remote = AddressRange.merged(merged[place].remote + conversation.remote)
        continue
      }
      if !conversation.remote.isEmpty { places[rest] = merged.count }
      merged.append(conversation)
    }
    return merged
  }

  private enum CodingKeys: String, CodingKey {
    case remote, local
    case transport = "protocol"
    case remotePorts = "remote_ports"
    case localPorts = "local_ports"
  }
}
