import CLinux
import Glibc
import Linux
import Model
import Testing

@testable import Proxy

/// A server, a proxy before it and clients, on one loop of one thread.
final class ProxyWorld {
  let loop: EventLoop
  let proxy: ProxyServer
  /// Where the proxy listens, or did.
  let place: IPEndpoint
  private let listener: Int32
  private(set) var servers: [Endpoint] = []
  private(set) var clients: [Endpoint] = []
  /// Called with each connection that the server accepts.
  var onAccept: (Endpoint) -> Void = { _ in }

  init(
    _ toxics: [PlacedToxic] = [], seed: UInt64 = 1, connections: Int = 1000,
    listen: IPAddress = .loopbackV4, upstream: IPEndpoint? = nil
  ) throws {
    loop = try EventLoop()
    var address = TransportAddress(IPEndpoint(.loopbackV4, port: 0)).raw
    listener = jenner_bind(&address)
    try #require(listener >= 0 && Glibc.listen(listener, 128) == 0)
    try #require(jenner_local_address(listener, &address) == 0)
    let settings = ProxySettings(
      listen: [IPEndpoint(listen, port: 0)],
      upstream: .fixed(upstream ?? IPEndpoint(.loopbackV4, port: address.port)),
      toxics: toxics, seed: seed, connections: connections)
    proxy = try ProxyServer(settings, on: loop)
    place = try #require(proxy.addresses.first)
    try loop.watch(listener, for: .readable) { [unowned self] _ in
      var peer = jenner_address()
      while case let accepted = jenner_accept(listener, &peer), accepted >= 0 {
        let server = Endpoint(accepted, on: loop)
        servers.append(server)
        onAccept(server)
      }
    }
  }

  deinit {
    loop.unwatch(listener)
    close(listener)
  }

  /// Begins a connection to the proxy.
  func connect() throws -> Endpoint {
    var address = TransportAddress(place).raw
    var local = jenner_address()
    let descriptor = jenner_connect(&address, 0, &local)
    try #require(descriptor >= 0)
    let client = Endpoint(descriptor, on: loop)
    clients.append(client)
    return client
  }

  /// A connection whose other end the server has accepted.
  func pair() throws -> (client: Endpoint, server: Endpoint) {
    let before = servers.count
    let client = try connect()
    try #require(wait { servers.count > before })
    return (client, servers[before])
  }

  /// Runs until something holds; false if it does not within a time that is long for any machine.
  @discardableResult
  func wait(atMost limit: Duration = .seconds(20), until condition: () -> Bool) -> Bool {
    withoutActuallyEscaping(condition) { condition in
      let deadline = loop.now + limit
      var holds = condition()
      func look() {
        holds = condition()
        if holds || loop.now > deadline { return loop.stop() }
        loop.schedule(after: .milliseconds(1), look)
      }
      guard !holds else { return true }
      look()
      loop.run()
      return holds
    }
  }

  /// Runs for a time.
  func run(for time: Duration) {
    let end = loop.now + time
    wait { loop.now >= end }
  }
}

/// Bytes of which each tells its place.
func pattern(_ count: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    var place = 0
    while place < count {
      buffer[place] = UInt8(truncatingIfNeeded: place &* 31 &+ place >> 8)
      place += 1
    }
    initialized = count
  }
}
