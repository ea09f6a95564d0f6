import CLinux
import Glibc
import Linux
import Model
import Testing

@testable import Proxy

/// What a proxy without toxics owes to the connections through it.
@Suite struct ProxyServerTests {
  @Test func bytesGoBothWaysUnchanged() throws {
    let world = try ProxyWorld()
    let (client, server) = try world.pair()
    let bytes = pattern(3_000_000)
    client.send(bytes)
    server.send(Array(bytes.reversed()))
    #expect(
      world.wait { server.received.count == bytes.count && client.received.count == bytes.count })
    #expect(server.received == bytes)
    #expect(client.received == bytes.reversed())
    let statistics = world.proxy.statistics
    #expect(statistics.bytesUpstream == bytes.count)
    #expect(statistics.bytesDownstream == bytes.count)
    #expect(statistics.accepted == 1)
    #expect(statistics.active == 1)
    #expect(statistics.addedDelay == nil)
  }

  @Test func aHalfCloseIsPassedOnAndTheOtherHalfGoesOn() throws {
    let world = try ProxyWorld()
    let (client, server) = try world.pair()
    client.send("question")
    client.finish()
    #expect(world.wait { server.ending != nil })
    #expect(server.text == "question")
    #expect(client.ending == nil)
    server.send("answer")
    server.finish()
    #expect(world.wait { client.ending != nil })
    #expect(client.text == "answer")
    #expect(client.ending?.what == .end)
    #expect(world.wait { world.proxy.statistics.active == 0 })
  }

  @Test(arguments: [true, false])
  func aResetIsPassedOn(byClient: Bool) throws {
    let world = try ProxyWorld()
    let (client, server) = try world.pair()
    client.send("a")
    server.send("b")
    try #require(world.wait { !server.received.isEmpty && !client.received.isEmpty })
    let other = byClient ? server : client
    if byClient { client.reset() } else { server.reset() }
    #expect(world.wait { other.ending != nil })
    #expect(other.ending?.what == .reset)
    #expect(world.wait { world.proxy.statistics.active == 0 })
  }

  @Test func aPeerThatDoesNotReadHoldsUpItsOwnSenderAlone() throws {
    let world = try ProxyWorld()
    let (client, server) = try world.pair()
    let (other, otherServer) = try world.pair()
    server.readsNothing = true
    let bytes = pattern(20_000_000)
    client.send(bytes)
    other.send("quick")
    #expect(world.wait { otherServer.text == "quick" })
    world.run(for: .milliseconds(300))
    // What sockets buffer, and no more, has left the client.
    #expect(!client.hasSentAll)
    server.readsNothing = false
    #expect(world.wait { server.received.count == bytes.count })
    #expect(server.received == bytes)
  }

  @Test func aStoppedReaderThatIsResetIsNoticed() throws {
    let world = try ProxyWorld()
    let (client, server) = try world.pair()
    server.readsNothing = true
    client.send(pattern(20_000_000))
    world.run(for: .milliseconds(200))
    server.reset()
    #expect(world.wait { client.ending != nil })
    #expect(client.ending?.what == .reset)
    #expect(world.wait { world.proxy.statistics.active == 0 })
  }

  @Test func connectionsBeyondTheLimitAreReset() throws {
    let world = try ProxyWorld(connections: 2)
    let first = try world.pair()
    _ = try world.pair()
    let third = try world.connect()
    #expect(world.wait { third.ending != nil })
    #expect(third.ending?.what == .reset)
    #expect(world.proxy.statistics.refusedByLimit == 1)
    first.client.close()
    #expect(world.wait { first.server.ending != nil })
    first.server.close()
    #expect(world.wait { world.proxy.statistics.active == 1 })
    let fourth = try world.pair()
    fourth.client.send("again")
    #expect(world.wait { fourth.server.text == "again" })
  }

  @Test func ipv6IsListenedOn() throws {
    let world = try ProxyWorld(listen: .loopbackV6)
    let (client, server) = try world.pair()
    client.send("six")
    #expect(world.wait { server.text == "six" })
    #expect(world.proxy.addresses.first?.description.hasPrefix("[::1]:") == true)
  }

  @Test func thousandConnectionsAreServedAndForgotten() throws {
    let world = try ProxyWorld(connections: 500)
    world.onAccept = { $0.isEcho = true }
    for _ in 0..<5 {
      let clients = try (0..<200).map { _ in try world.connect() }
      for client in clients {
        client.send("hello")
        client.finish()
      }
      #expect(world.wait { clients.allSatisfy { $0.ending != nil } })
      #expect(clients.allSatisfy { $0.text == "hello" && $0.ending?.what == .end })
    }
    #expect(world.wait { world.proxy.statistics.active == 0 })
    #expect(world.proxy.statistics.accepted == 1000)
  }

  // MARK: Starting

  @Test func whatCanNotWorkIsRefusedAtTheStart() throws {
    let loop = try EventLoop()
    let free = IPEndpoint(.loopbackV4, port: 0)
    func problem(_ settings: ProxySettings) -> ProxyProblem? {
      do throws(ProxyProblem) {
        _ = try ProxyServer(settings, on: loop)
        return nil
      } catch { return error }
    }
    #expect(problem(ProxySettings(listen: [], upstream: .fixed(free))) == .noListenAddress)
    let elsewhere = try #require(IPEndpoint(text: "192.0.2.1:0"))
    guard
      case .cannotListen(elsewhere, let error) = problem(
        ProxySettings(listen: [elsewhere], upstream: .fixed(free)))
    else {
      Issue.record("a foreign address was bound")
      return
    }
    #expect(error.code == EADDRNOTAVAIL)
    let twice = PlacedToxic("a", .slowClose(delay: .zero))
    guard
      case .toxic = problem(
        ProxySettings(listen: [free], upstream: .fixed(free), toxics: [twice, twice]))
    else {
      Issue.record("a toxic was taken twice")
      return
    }
  }

  @Test func aProxyToItselfIsRefused() throws {
    let world = try ProxyWorld()
    let place = try #require(world.proxy.addresses.first)
    // Two sockets may be bound to one port as long as neither listens.
    try world.proxy.apply([PlacedToxic("down", .down)])
    #expect(throws: ProxyProblem.upstreamIsListener(place)) {
      try ProxyServer(ProxySettings(listen: [place], upstream: .fixed(place)), on: world.loop)
    }
  }

  @Test func aConnectionThatWasNotRedirectedIsClosedAtOnce() throws {
    let loop = try EventLoop()
    let settings = ProxySettings(
      listen: [IPEndpoint(.loopbackV4, port: 0)], upstream: .originalDestination)
    let proxy = try ProxyServer(settings, on: loop)
    let place = try #require(proxy.addresses.first)
    var address = TransportAddress(place).raw
    var local = jenner_address()
    let client = Endpoint(jenner_connect(&address, 0, &local), on: loop)
    let timer = loop.schedule(after: .seconds(10)) { loop.stop() }
    func look() {
      if client.ending != nil { return loop.stop() }
      loop.schedule(after: .milliseconds(1), look)
    }
    look()
    loop.run()
    loop.cancel(timer)
    #expect(client.ending != nil)
    #expect(proxy.statistics.refusedAsLoops == 1)
    #expect(proxy.statistics.accepted == 0)
  }

  @Test func onlyWhatAToxicHasDoneCounts() throws {
    let world = try ProxyWorld([
      PlacedToxic("limit", .limitData(bytes: 4), stream: .both),
      PlacedToxic("slow", .latency(delay: .milliseconds(1), jitter: .zero), stream: .both),
    ])
    let (client, server) = try world.pair()
    world.run(for: .milliseconds(20))
    #expect(world.proxy.statistics.hits.isEmpty)
    client.send("123")
    #expect(world.wait { server.text == "123" })
    #expect(world.proxy.statistics.hits == ["slow": 1])
    server.send("1234")
    #expect(world.wait { client.text == "1234" && client.ending != nil })
    #expect(world.proxy.statistics.hits == ["slow": 1, "limit": 1])
  }

  @Test func aConnectionWithoutAServerIsNoHit() throws {
    let closed = try ProxyWorld()
    closed.proxy.close()
    let world = try ProxyWorld(
      [PlacedToxic("slow", .latency(delay: .milliseconds(1), jitter: .zero))],
      upstream: closed.place)
    let client = try world.connect()
    #expect(world.wait { client.ending != nil })
    #expect(world.proxy.statistics.unreachable == 1)
    #expect(world.proxy.statistics.hits.isEmpty)
  }

  // MARK: Ending

  @Test func drainingRemovesToxicsAndLetsConnectionsEndByThemselves() throws {
    let world = try ProxyWorld([
      PlacedToxic("slow", .latency(delay: .seconds(3600), jitter: .zero), stream: .both)
    ])
    let (client, server) = try world.pair()
    client.send("held")
    world.run(for: .milliseconds(50))
    #expect(server.received.isEmpty)
    var isDrained = false
    world.proxy.drain(within: .seconds(60)) { isDrained = true }
    #expect(world.wait { server.text == "held" })
    let late = try world.connect()
    #expect(world.wait { late.ending != nil })
    #expect(!isDrained)
    client.close()
    server.close()
    #expect(world.wait { isDrained })
  }

  /// With an end instead, a client would take half an answer for all of it.
  @Test func drainingResetsWhatIsStillUnderWay() throws {
    let world = try ProxyWorld()
    let (client, server) = try world.pair()
    let (idle, _) = try world.pair()
    world.proxy.drain(within: .milliseconds(200)) {}
    func send() {
      guard client.ending == nil else { return }
      server.send("more")
      world.loop.schedule(after: .milliseconds(20), send)
    }
    send()
    #expect(world.wait { client.ending != nil && idle.ending != nil })
    #expect(client.text.hasPrefix("more"))
    #expect(client.ending?.what == .reset)
    #expect(idle.ending?.what == .end)
  }

  /// The client has said all, and waits for an answer.
  @Test func drainingResetsWhatIsHalfOver() throws {
    let world = try ProxyWorld()
    let (client, server) = try world.pair()
    client.send("question")
    client.finish()
    #expect(world.wait { server.ending != nil })
    world.proxy.drain(within: .milliseconds(50)) {}
    #expect(world.wait { client.ending != nil })
    #expect(client.ending?.what == .reset)
  }

  @Test func drainingEndsAtItsLimit() throws {
    let world = try ProxyWorld()
    let (client, _) = try world.pair()
    var isDrained = false
    let start = world.loop.now
    world.proxy.drain(within: .milliseconds(200)) { isDrained = true }
    #expect(world.wait { isDrained })
    #expect(world.loop.now - start >= .milliseconds(200))
    #expect(world.wait { client.ending != nil })
  }
}
