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

  private enum CodingKeys: String, CodingKey {
    case remote, local
    case transport = "protocol"
    case remotePorts = "remote_ports"
    case localPorts = "local_ports"
  }
}
