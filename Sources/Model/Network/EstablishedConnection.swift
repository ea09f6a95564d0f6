/// A TCP connection of a process, seen from this host's end of it.
public struct EstablishedConnection: Sendable, Hashable {
  /// The id of a process that has it open; several may.
  public var process: Int32
  public var local: IPEndpoint
  public var remote: IPEndpoint
  /// Whether it was opened from the other end, to a port on which this host listens.
  public var isAccepted: Bool

  /// Makes a connection.
  public init(process: Int32, local: IPEndpoint, remote: IPEndpoint, isAccepted: Bool) {
    self.process = process
    self.local = local
    self.remote = remote
    self.isAccepted = isAccepted
  }

  /// Its packets, and those of every other connection of the same peer to the same server.
  public var withItsLike: Conversation {
    isAccepted
      ? Conversation(
        remote: [AddressRange(remote.address)], localPorts: [PortRange(local.port)],
        transport: .tcp)
      : Conversation(
        remote: [AddressRange(remote.address)], remotePorts: [PortRange(remote.port)],
        transport: .tcp)
  }

  /// Its packets and nobody else's.
  ///
  /// The local address is left out: two connections to one server from two addresses of this host and the
  /// same port of each are rare, and where a packet leaves the host its address may be another already.
  public var alone: Conversation {
    Conversation(
      remote: [AddressRange(remote.address)], remotePorts: [PortRange(remote.port)],
      localPorts: [PortRange(local.port)], transport: .tcp)
  }
}
