internal import NIOCore
internal import NIOPosix

/// Opens TCP connections to one place.
struct Connector: Sendable {
  let place: HostPort
  let loop: any EventLoop
  private let isAddress: Bool
  private let budget: ConnectionBudget
  private let lookup: NameLookup

  init(
    to place: HostPort, on loop: any EventLoop, within budget: ConnectionBudget = .shared,
    lookup: NameLookup = NameLookup()
  ) {
    self.place = place
    self.loop = loop
    self.budget = budget
    self.lookup = lookup
    isAddress = place.isAddress
  }

  /// Connects; of a name's addresses the first that answers is taken, IPv6 with a head start
  /// (RFC 8305).
  ///
  /// - Parameter deadline: when an attempt is given up. The caller has a timer of its own; this one
  ///   only makes sure that no socket outlives it.
  func connect(
    by deadline: NIODeadline,
    _ initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
  ) -> EventLoopFuture<any Channel> {
    if let refusal = budget.refusal { return loop.makeFailedFuture(refusal) }
    let rest = max(deadline - .now(), .zero) + .milliseconds(50)
    let bootstrap = ClientBootstrap(group: loop).connectTimeout(rest)
      .channelInitializer { [budget] channel in
        budget.count(channel)
        return initialize(channel)
      }
    guard isAddress else {
      let connection = bootstrap.resolver(NameLookupResolver(lookup, for: place, on: loop))
        .connect(host: place.host, port: place.port)
      // Its sockets are opened when the lookup is over, and there may be two at a time.
      budget.count(until: connection)
      return connection
    }
    do {
      return bootstrap.connect(
        to: try SocketAddress(ipAddress: place.host, port: place.port))
    } catch {
      return loop.makeFailedFuture(error)
    }
  }
}
