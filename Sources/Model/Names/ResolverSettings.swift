/// What a resolver of ours needs to know to stand between programs and their name servers.
public struct ResolverSettings: Sendable, Hashable, Codable {
  /// Where it listens, each by UDP and TCP; port 0 is one that is free.
  public var listen: [IPEndpoint]
  /// The name servers that it forwards to, the first being asked first.
  public var upstreams: [IPEndpoint]
  /// The mark of what it sends to the name servers, so that a redirect can leave that alone.
  ///
  /// SO_MARK of socket(7), which needs CAP_NET_ADMIN. Nil: no mark.
  public var mark: UInt32?
  public var rules: [NameRule]
  /// Decides which queries a rule takes that takes a share of them, and the jitter of delays.
  public var seed: Int

  /// Makes settings.
  public init(
    listen: [IPEndpoint], upstreams: [IPEndpoint], mark: UInt32? = nil, rules: [NameRule] = [],
    seed: Int = 1
  ) {
    self.listen = listen
    self.upstreams = upstreams
    self.mark = mark
    self.rules = rules
    self.seed = seed
  }
}
