internal import CLinux
internal import Glibc
public import Linux
public import Model

/// A proxy for TCP connections that does to them what toxics say.
///
/// It is made and used on the thread of its loop. Where nothing is to be done, bytes go from one
/// socket to the other without being kept; what a peer does not take holds up only its own
/// connection.
public final class ProxyServer {
  let environment: ProxyEnvironment
  private let upstream: ProxySettings.Upstream
  private let fixed: TransportAddress?
  private let mark: UInt32
  private let most: Int
  private var listeners: [ProxyListener] = []
  private var connections: [UInt64: ProxyConnection] = [:]
  /// The ends of our own connections to servers, by which a loop is known.
  private var ownRoutes: Set<ProxyRoute> = []
  private var lastNumber: UInt64 = 0
  private var toxics: [PlacedToxic] = []
  private var rules: [HTTPRule] = []
  private var drained: (() -> Void)?

  /// Binds the addresses, and listens unless a toxic says `down`.
  public init(_ settings: ProxySettings, on loop: EventLoop) throws(ProxyProblem) {
    environment = ProxyEnvironment(loop: loop, seed: settings.seed)
    upstream = settings.upstream
    mark = settings.mark ?? 0
    most = max(1, min(settings.connections, Self.mostByDescriptors))
    if mark != 0, !jenner_may_mark(mark) { throw .cannotMark(SystemError("mark a socket")) }
    guard !settings.listen.isEmpty else { throw .noListenAddress }
    if case .fixed(let address) = settings.upstream {
      fixed = TransportAddress(address)
    } else {
      fixed = nil
    }
    for address in settings.listen {
      let listener = try ProxyListener(address, on: loop)
      if listener.address == fixed { throw .upstreamIsListener(listener.endpoint) }
      listener.onConnection = { [unowned self, unowned listener] in accept(from: listener) }
      listeners.append(listener)
    }
    try apply(settings.toxics)
  }

  deinit {
    close()
  }

  /// What the limit of descriptors allows: two for each connection.
  private static var mostByDescriptors: Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 256 }
    return (Int(min(limit.rlim_cur, 1 << 20)) - ProxyLimits.reserve) / 2
  }

  /// Where it listens, with the ports that were found.
  public var addresses: [IPEndpoint] { listeners.map(\.endpoint) }

  /// What it has done so far.
  public var statistics: ProxyStatistics {
    var statistics = environment.statistics
    statistics.active = connections.count
    statistics.isListening = listeners.contains(where: \.isListening)
    statistics.addedDelay = environment.addedDelay.summary
    statistics.requestDelay = environment.requestDelay.summary
    return statistics
  }

  // MARK: Toxics

  /// Makes these the toxics, also of connections that are open; every byte is kept, in order.
  ///
  /// With a list that can't be used nothing changes.
  public func apply(_ toxics: [PlacedToxic]) throws(ProxyProblem) {
    do throws(ToxicProblem) { try toxics.check() } catch { throw .toxic(error) }
    self.toxics = toxics
    rules = toxics.compactMap(HTTPRule.init)
    if toxics.contains(where: { $0.toxic == .down && $0.share >= 1 }) {
      for listener in listeners { listener.silence() }
      environment.statistics.wasSilent = true
    } else if drained == nil {
      for listener in listeners { try listener.listen() }
    }
    for connection in Array(connections.values) { apply(to: connection) }
  }

  private func apply(to connection: ProxyConnection) {
    let toxics = toxics(for: connection.number)
    if let down = toxics.first(where: { $0.toxic == .down }) {
      if connection.closeGently() { refuse(by: down) }
    } else {
      connection.apply(toxics, rules(among: toxics))
    }
  }

  private func toxics(for connection: UInt64) -> [PlacedToxic] {
    toxics.isEmpty
      ? [] : toxics.filter { environment.isFor($0, connection: connection) }
  }

  private func rules(among toxics: [PlacedToxic]) -> [HTTPRule] {
    rules.isEmpty ? [] : rules.filter { rule in toxics.contains { $0.name == rule.name } }
  }

  private func refuse(by toxic: PlacedToxic) {
    environment.statistics.refusedByToxic += 1
    environment.statistics.hits[toxic.name, default: 0] += 1
  }

  // MARK: Connections

  private func accept(from listener: ProxyListener) {
    for _ in 0..<ProxyLimits.acceptsInTurn {
      guard let (descriptor, peer) = listener.accept() else { return }
      take(descriptor, from: peer)
    }
  }

  private func take(_ client: Int32, from peer: TransportAddress) {
    guard let destination = destination(of: client, from: peer) else {
      environment.statistics.refusedAsLoops += 1
      return jenner_reset(client)
    }
    guard connections.count < most else {
      environment.statistics.refusedByLimit += 1
      return jenner_reset(client)
    }
    lastNumber += 1
    let number = lastNumber
    let toxics = toxics(for: number)
    if let down = toxics.first(where: { $0.toxic == .down }) {
      refuse(by: down)
      return jenner_reset(client)
    }
    var raw = destination.raw
    var local = jenner_address()
    let server = jenner_connect(&raw, mark, &local)
    let route =
      server >= 0 ? ProxyRoute(from: TransportAddress(local), to: destination) : nil
    if let route { ownRoutes.insert(route) }
    environment.statistics.accepted += 1
    let connection = ProxyConnection(
      number: number, client: client, server: server, route: route, in: environment
    ) { [weak self] in self?.closed($0) }
    connections[number] = connection
    connection.start(toxics, rules(among: toxics))
  }

  /// Where a connection goes on to; nil if it came for ourselves, or from us.
  private func destination(of client: Int32, from peer: TransportAddress) -> TransportAddress? {
    if let fixed {
      // Only one of ours has this end and goes there; others may share its port on their way here.
      guard ownRoutes.contains(ProxyRoute(from: peer, to: fixed)) else { return fixed }
      let original = TransportAddress(originalOf: client) ?? TransportAddress(of: client)
      return original == fixed ? nil : fixed
    }
    guard let original = TransportAddress(originalOf: client),
      original != TransportAddress(of: client),
      !listeners.contains(where: { $0.address == original }),
      !ownRoutes.contains(ProxyRoute(from: peer, to: original))
    else { return nil }
    return original
  }

  private func closed(_ connection: ProxyConnection) {
    connections[connection.number] = nil
    if let route = connection.route { ownRoutes.remove(route) }
    if connections.isEmpty, let done = drained {
      drained = nil
      done()
    }
  }

  // MARK: The end

  /// Accepts nothing more, removes the toxics, lets open connections go on until they end by
  /// themselves, but no longer than this, and then calls `done`, once.
  ///
  /// Of those that are left then, the ones that something came through meanwhile are reset, the others
  /// closed: the end of a stream must not be made up where bytes are missing.
  ///
  /// Connections that were waiting to be accepted are taken on first.
  public func drain(within limit: Duration, _ done: @escaping () -> Void) {
    for listener in listeners {
      while let (descriptor, peer) = listener.accept() { take(descriptor, from: peer) }
      listener.close()
    }
    listeners = []
    toxics = []
    rules = []
    for connection in Array(connections.values) { connection.drain() }
    let timer = environment.loop.schedule(after: limit) { [weak self] in self?.cutOff() }
    drained = { [environment] in
      environment.loop.cancel(timer)
      done()
    }
    if connections.isEmpty, let drained {
      self.drained = nil
      drained()
    }
  }

  private func cutOff() {
    for connection in Array(connections.values) { connection.cutOff() }
  }

  /// Closes everything at once.
  public func close() {
    for listener in listeners { listener.close() }
    listeners = []
    for connection in Array(connections.values) { connection.finish() }
  }
}

/// The two ends of a connection to a server.
struct ProxyRoute: Hashable {
  var from: TransportAddress
  var to: TransportAddress
}
