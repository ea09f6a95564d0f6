internal import Glibc
public import Linux
public import Model

/// A name server that answers some queries by rules and forwards the rest.
///
/// It stands between programs and their name servers, behind a redirect of port 53. What it forwards it
/// changes in nothing but the id (RFC 5625 asks that of every proxy), by the transport by which it came,
/// so that extensions, signatures and truncation are between the client and the real server. Transfers
/// of zones are answered by NOTIMP: they are streams of messages, and not what programs look names up
/// by. It runs on one event loop, and no call of it waits.
public final class ResolverServer {
  let loop: EventLoop
  let limits: ResolverLimits
  var counts = ResolverStatistics()
  var book = RuleBook([], seed: 1)
  var settings = ResolverSettings(listen: [], upstreams: [])
  /// Whether its rules have no force just now.
  private(set) var isResting = false
  /// The name server that answered last.
  var preferred = 0

  private var datagrams: [DatagramListener] = []
  private var streams: [StreamListener] = []
  private var clients: [UInt64: StreamClient] = [:]
  var forwarding: [UInt64: UpstreamQuery] = [:]
  let held: HeldQueries
  private var lastNumber: UInt64 = 0
  private var onDrained: (() -> Void)?
  private var drainLimit: EventLoop.Timer?

  /// Makes a resolver that does nothing yet.
  public init(on loop: EventLoop, limits: ResolverLimits = ResolverLimits()) {
    self.loop = loop
    self.limits = limits
    held = HeldQueries(on: loop)
  }

  // MARK: Starting and ending

  /// Listens and answers; if it can't, nothing is left open.
  public func start(_ settings: ResolverSettings) throws(ResolverProblem) {
    close()
    try check(settings)
    self.settings = settings
    book = RuleBook(settings.rules, seed: settings.seed)
    counts = ResolverStatistics()
    preferred = 0
    do throws(SystemError) {
      for endpoint in settings.listen { try listen(at: endpoint) }
    } catch {
      close()
      throw .system(error)
    }
  }

  /// Where it listens, in the order of the settings.
  public var endpoints: [IPEndpoint] { datagrams.map(\.endpoint) }

  /// What it has done since it was started.
  public var statistics: ResolverStatistics {
    var statistics = counts
    statistics.matched = book.matched
    return statistics
  }

  /// Replaces the rules, from the next query on.
  ///
  /// A query that is held by a rule which is gone is forwarded at once, so that a delay ends with its
  /// fault. A rule that stays keeps its count.
  public func apply(_ rules: [NameRule]) {
    book.replace(by: rules)
    let kept = Set(rules)
    for query in held.takeAll(where: { !kept.contains($0) }) { release(query) }
  }

  /// Does nothing to queries for a while, but for forwarding them, or goes on.
  ///
  /// Delays end when it begins to rest.
  public func rest(_ isResting: Bool) {
    self.isResting = isResting
    guard isResting else { return }
    for query in held.takeAll(where: { _ in true }) { release(query) }
  }

  /// Takes no further queries, ends every delay, and answers what came; then closes and calls back.
  ///
  /// What is not answered within the limit is dropped. `close()` before that ends it without a call.
  public func drain(within limit: Duration, then callback: @escaping () -> Void) {
    onDrained = callback
    drainLimit = loop.schedule(after: limit) { [weak self] in self?.finishDraining() }
    for listener in datagrams { listener.stopReceiving() }
    for listener in streams { listener.close() }
    for client in Array(clients.values) { client.drain() }
    for query in held.takeAll(where: { _ in true }) { release(query) }
    finishIfDrained()
  }

  /// Closes everything at once; what is not answered is dropped.
  public func close() {
    onDrained = nil
    if let drainLimit { loop.cancel(drainLimit) }
    drainLimit = nil
    held.dropAll()
    for query in forwarding.values { query.cancel() }
    forwarding.removeAll()
    for client in Array(clients.values) { client.close() }
    for listener in streams { listener.close() }
    for listener in datagrams { listener.close() }
    streams.removeAll()
    datagrams.removeAll()
  }

  func finishIfDrained() {
    guard onDrained != nil, forwarding.isEmpty, clients.isEmpty else { return }
    finishDraining()
  }

  private func finishDraining() {
    let callback = onDrained
    close()
    // Not within the call that drains: whoever calls expects to be called later.
    if let callback { loop.schedule(at: .zero, callback) }
  }

  func nextNumber() -> UInt64 {
    lastNumber += 1
    return lastNumber
  }
}

// MARK: Listening

extension ResolverServer {
  private func check(_ settings: ResolverSettings) throws(ResolverProblem) {
    guard !settings.listen.isEmpty else { throw .noListener }
    guard let first = settings.upstreams.first else { throw .noUpstream }
    for upstream in settings.upstreams {
      let isOwn = settings.listen.contains { listener in
        listener.port == upstream.port
          && (listener.address == upstream.address
            || listener.address.isEvery && listener.address.family == upstream.address.family
              && NameSocket.isOwn(upstream.address))
      }
      if isOwn { throw .ownUpstream(upstream) }
    }
    guard settings.mark != nil else { return }
    // Whether marking is permitted is known before the first query needs it.
    do throws(SystemError) {
      Glibc.close(try NameSocket.connected(to: first, by: .datagram, mark: settings.mark))
    } catch {
      if error.code == EPERM { throw .system(error) }
    }
  }

  /// Listens by both transports at one port; for port 0 at one that is free for both.
  private func listen(at endpoint: IPEndpoint) throws(SystemError) {
    for attempt in 1... {
      let datagram = try DatagramListener(at: endpoint, on: loop) { [weak self] bytes, reply in
        _ = self?.receive(bytes, over: .datagram, reply: reply)
      }
      do throws(SystemError) {
        let stream = try StreamListener(at: datagram.endpoint, on: loop) { [weak self] in
          self?.accept($0)
        }
        datagrams.append(datagram)
        streams.append(stream)
        return
      } catch {
        datagram.close()
        guard endpoint.port == 0, error.code == EADDRINUSE, attempt < 16 else { throw error }
      }
    }
  }

  private func accept(_ descriptor: Int32) {
    guard clients.count < limits.connections, onDrained == nil else {
      counts.overLimit += 1
      Glibc.close(descriptor)
      return
    }
    let number = nextNumber()
    clients[number] = try? StreamClient(
      descriptor, on: loop, limits: limits,
      onQuery: { [weak self] bytes, reply in
        self?.receive(bytes, over: .stream, reply: reply) ?? false
      },
      onClose: { [weak self] in
        self?.clients[number] = nil
        self?.finishIfDrained()
      })
  }
}
