/// All that a proxy needs to know to start.
public struct ProxySettings: Sendable, Hashable, Codable {
  /// Where a connection goes on to.
  public enum Upstream: Sendable, Hashable, Codable {
    /// Always to this address.
    case fixed(IPEndpoint)
    /// To where it was going before an nft redirect sent it here.
    case originalDestination
  }

  /// Where to listen; at least one address.
  public var listen: [IPEndpoint]
  public var upstream: Upstream
  /// The mark of our own sockets to the servers, by which a redirect leaves them alone: SO_MARK of
  /// socket(7).
  public var mark: UInt32?
  public var toxics: [PlacedToxic]
  /// What chance depends on: the same seed and the same connections draw the same.
  public var seed: UInt64
  /// The most connections at once; the limit of descriptors may allow fewer.
  public var connections: Int

  /// Makes settings.
  public init(
    listen: [IPEndpoint], upstream: Upstream, mark: UInt32? = nil, toxics: [PlacedToxic] = [],
    seed: UInt64 = 0, connections: Int = 32_768
  ) {
    self.listen = listen
    self.upstream = upstream
    self.mark = mark
    self.toxics = toxics
    self.seed = seed
    self.connections = connections
  }
}
