import Linux
import Model
import Testing

@testable import Proxy

/// Toxiproxy's own tests as cases for ours: over real sockets, each with the file and the test that it
/// comes from.
///
/// Lower bounds of times are hard. Upper bounds are wide, since the machine of a test may be busy; how
/// exact times are is measured in Benchmarks.
@Suite struct ToxiproxyCasesTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var origin: String
    var toxics: [PlacedToxic]
    var check: @Sendable (ProxyWorld) throws -> Void
    var testDescription: String { origin }
  }

  @Test(arguments: latencyCases + closingCases + shapingCases + toxicityCases)
  func behavesAsToxiproxyDoes(_ example: Case) throws {
    try example.check(try ProxyWorld(example.toxics))
  }

  // MARK: toxics/latency_test.go

  private static func latency(
    _ name: String, _ milliseconds: Int, _ stream: PlacedToxic.Stream
  ) -> PlacedToxic {
    PlacedToxic(
      name, .latency(delay: .milliseconds(milliseconds), jitter: .zero), stream: stream)
  }

  private static func delays(_ test: String, _ toxics: [PlacedToxic], up: Int, down: Int) -> Case {
    Case(origin: "toxics/latency_test.go \(test)", toxics: toxics) { world in
      let (client, server) = try world.pair()
      let bytes = pattern(32 << 10)
      // The same in both rounds.
      for round in 1...2 {
        let start = world.loop.now
        client.send(bytes)
        #expect(world.wait { server.received.count == round * bytes.count })
        let half = world.loop.now
        #expect(half - start >= .milliseconds(up))
        #expect(half - start < .milliseconds(up) + .seconds(5))
        server.send(bytes)
        #expect(world.wait { client.received.count == round * bytes.count })
        #expect(world.loop.now - half >= .milliseconds(down))
        #expect(world.loop.now - half < .milliseconds(down) + .seconds(5))
      }
      #expect(server.received == bytes + bytes)
      #expect(client.received == bytes + bytes)
    }
  }

  static let latencyCases: [Case] = [
    delays("TestUpstreamLatency", [latency("up", 100, .upstream)], up: 100, down: 0),
    delays("TestDownstreamLatency", [latency("down", 100, .downstream)], up: 0, down: 100),
    delays(
      "TestFullstreamLatencyEven",
      [latency("up", 100, .upstream), latency("down", 100, .downstream)], up: 100, down: 100),
    delays(
      "TestFullstreamLatencyBiasUp",
      [latency("up", 1000, .upstream), latency("down", 100, .downstream)], up: 1000, down: 100),
    delays(
      "TestFullstreamLatencyBiasDown",
      [latency("up", 100, .upstream), latency("down", 1000, .downstream)], up: 100, down: 1000),
    delays(
      "TestZeroLatency", [latency("up", 0, .upstream), latency("down", 0, .downstream)], up: 0,
      down: 0),
    delays(
      "TestTwoLatencyToxics", [latency("a", 500, .upstream), latency("b", 500, .upstream)],
      up: 1000, down: 0),
    Case(origin: "toxics/latency_test.go TestLatencyToxicCloseRace", toxics: []) { world in
      for _ in 0..<200 {
        try world.proxy.apply([latency("latency", 10, .upstream)])
        let client = try world.connect()
        client.send("hello")
        client.finish()
        world.run(for: .milliseconds(1))
        try world.proxy.apply([])
      }
      #expect(
        world.wait { world.servers.count == 200 && world.servers.allSatisfy { $0.ending != nil } })
      #expect(world.servers.allSatisfy { $0.text == "hello" && $0.ending?.what == .end })
    },
  ]

  // MARK: toxics/timeout_test.go, reset_peer_test.go, limit_data_test.go; proxy_test.go

  private static func reset(_ test: String, after milliseconds: Int, _ stream: PlacedToxic.Stream)
    -> Case
  {
    let toxic = PlacedToxic("reset", .reset(after: .milliseconds(milliseconds)), stream: stream)
    return Case(origin: "toxics/reset_peer_test.go \(test)", toxics: [toxic]) { world in
      world.onAccept = { server in server.onBytes = { _ in server.send("answer") } }
      let (client, server) = try world.pair()
      let start = world.loop.now
      client.send("reset toxic payload\n")
      #expect(world.wait { client.ending != nil })
      #expect(client.ending?.what == .reset)
      #expect(client.received.isEmpty)
      #expect(world.loop.now - start >= .milliseconds(milliseconds))
      #expect(world.wait { server.ending?.what == .reset })
    }
  }

  private static func limit(_ test: String, sent: [Int], arrives: Int, closes: Bool) -> Case {
    let toxic = PlacedToxic("limit", .limitData(bytes: 100), stream: .upstream)
    return Case(origin: "toxics/limit_data_test.go \(test)", toxics: [toxic]) { world in
      let (client, server) = try world.pair()
      for count in sent {
        client.send(pattern(count))
        world.run(for: .milliseconds(5))
      }
      #expect(world.wait { server.received.count == arrives })
      if closes {
        #expect(world.wait { server.ending?.what == .end && client.ending?.what == .end })
        #expect(server.received.count == arrives)
      } else {
        world.run(for: .milliseconds(50))
        #expect(server.ending == nil && client.ending == nil)
      }
    }
  }

  static let closingCases: [Case] = [
    Case(
      origin: "toxics/timeout_test.go TestTimeoutToxicDoesNotCauseHang",
      toxics: [PlacedToxic("timeout", .timeout(after: nil), stream: .upstream)]
    ) { world in
      let (client, server) = try world.pair()
      client.send(pattern(100_000))
      world.run(for: .milliseconds(100))
      #expect(server.received.isEmpty && server.ending == nil && client.ending == nil)
      let start = world.loop.now
      try world.proxy.apply([])
      #expect(world.wait { client.ending != nil && server.ending != nil })
      #expect(client.ending?.what == .end && server.ending?.what == .end)
      #expect(world.loop.now - start < .seconds(5))
      #expect(server.received.isEmpty)
      #expect(world.wait { world.proxy.statistics.active == 0 })
    },
    Case(
      origin: "toxics/timeout_test.go TestTimeoutToxicClosesAfterTimeout",
      toxics: [PlacedToxic("timeout", .timeout(after: .milliseconds(100)))]
    ) { world in
      let start = world.loop.now
      let (client, server) = try world.pair()
      server.send("lost")
      #expect(world.wait { client.ending != nil && server.ending != nil })
      #expect(world.loop.now - start >= .milliseconds(100))
      #expect(client.received.isEmpty && client.ending?.what == .end)
    },
    Case(
      origin: "toxics/slow_close.go",
      toxics: [PlacedToxic("close", .slowClose(delay: .milliseconds(150)))]
    ) { world in
      let (client, server) = try world.pair()
      server.send("last words")
      server.finish()
      let start = world.loop.now
      #expect(world.wait { client.text == "last words" })
      #expect(client.ending == nil)
      #expect(world.wait { client.ending != nil })
      #expect(world.loop.now - start >= .milliseconds(149))
    },
    reset("TestResetToxicNoTimeout", after: 0, .upstream),
    reset("TestResetToxicWithTimeout", after: 100, .upstream),
    reset("TestResetToxicWithTimeoutDownstream", after: 100, .downstream),
    limit("ChunkSmallerThanLimit", sent: [50], arrives: 50, closes: false),
    limit("ChunkLengthMatchesLimit", sent: [100], arrives: 100, closes: true),
    limit("ChunkBiggerThanLimit", sent: [150], arrives: 100, closes: true),
    limit("MultipleChunksMatchThanLimit", sent: [25, 25, 25, 25], arrives: 100, closes: true),
    limit("SecondChunkWouldOverflowLimit", sent: [90, 20], arrives: 100, closes: true),
    Case(
      origin: "toxics/limit_data_test.go LimitIsSetToZero",
      toxics: [PlacedToxic("limit", .limitData(bytes: 0), stream: .upstream)]
    ) { world in
      let (client, server) = try world.pair()
      client.send(pattern(100))
      #expect(world.wait { server.ending?.what == .end && client.ending?.what == .end })
      #expect(server.received.isEmpty)
    },
    Case(
      origin: "toxics/limit_data_test.go MayBeRestarted",
      toxics: [PlacedToxic("limit", .limitData(bytes: 100), stream: .upstream)]
    ) { world in
      let (client, server) = try world.pair()
      client.send(pattern(90))
      #expect(world.wait { server.received.count == 90 })
      let limit = PlacedToxic("limit", .limitData(bytes: 100), stream: .upstream)
      try world.proxy.apply([latency("more", 1, .upstream), limit])
      client.send(pattern(20))
      #expect(world.wait { server.ending != nil })
      #expect(server.received.count == 100)
    },
    Case(origin: "proxy_test.go TestProxyToDownUpstream", toxics: []) { _ in
      // The port of a proxy that is closed again, where nobody listens.
      let place = try ProxyWorld().place
      let world = try ProxyWorld(upstream: place)
      let client = try world.connect()
      #expect(world.wait { client.ending != nil })
      #expect(client.ending?.what == .end)
      #expect(world.proxy.statistics.unreachable == 1)
      #expect(world.wait { world.proxy.statistics.active == 0 })
    },
    Case(origin: "api_test.go enabled: false and true again", toxics: []) { world in
      let (client, server) = try world.pair()
      try world.proxy.apply([PlacedToxic("down", .down)])
      #expect(world.wait { client.ending != nil && server.ending != nil })
      let refused = try world.connect()
      #expect(world.wait { refused.ending?.what == .reset })
      #expect(!world.proxy.statistics.isListening)
      #expect(world.proxy.statistics.accepted == 1)
      #expect(world.proxy.statistics.refusedByToxic == 1)
      try world.proxy.apply([])
      #expect(world.proxy.addresses == [world.place])
      let again = try world.pair()
      again.client.send("up again")
      #expect(world.wait { again.server.text == "up again" })
    },
  ]

  // MARK: toxics/bandwidth_test.go, slicer_test.go; toxics/toxic_test.go, link_test.go

  static let shapingCases: [Case] = [
    Case(
      origin: "toxics/bandwidth_test.go TestBandwidthToxic",
      toxics: [PlacedToxic("rate", .bandwidth(bytesPerSecond: 1_000_000), stream: .upstream)]
    ) { world in
      let (client, server) = try world.pair()
      let bytes = pattern(480_000)
      let start = world.loop.now
      client.send(bytes)
      #expect(world.wait { server.received.count == bytes.count })
      #expect(world.loop.now - start >= .milliseconds(480))
      #expect(world.loop.now - start < .seconds(5))
      #expect(server.received == bytes)
    },
    Case(
      origin: "toxics/slicer_test.go TestSlicerToxic",
      toxics: [
        PlacedToxic(
          "slices", .slice(averageSize: 1024, variation: 512, delay: .microseconds(10)),
          stream: .upstream)
      ]
    ) { world in
      let (client, server) = try world.pair()
      let bytes = pattern(480_000)
      client.send(bytes)
      #expect(world.wait { server.received.count == bytes.count })
      #expect(server.received == bytes)
      // As the proxy counts them: a reader that is late sees several as one.
      #expect((240...720).contains(world.proxy.statistics.addedDelay?.count ?? 0))
    },
    Case(
      origin: "toxics/slicer_test.go TestSlicerToxicZeroSizeVariation",
      toxics: [
        PlacedToxic(
          "slices", .slice(averageSize: 1, variation: 0, delay: .milliseconds(5)),
          stream: .upstream)
      ]
    ) { world in
      let (client, server) = try world.pair()
      let start = world.loop.now
      client.send(pattern(24))
      #expect(world.wait { server.received.count == 24 })
      #expect(world.loop.now - start >= .milliseconds(23 * 5))
      #expect(server.received == pattern(24))
      #expect(world.proxy.statistics.addedDelay?.count == 24)
    },
    Case(origin: "link_test.go, proxy_test.go TestNoDataDropped", toxics: []) { world in
      let (client, server) = try world.pair()
      let bytes = pattern(4_000_000)
      client.send(bytes)
      server.send(bytes)
      var turn = 0
      while turn < 100, server.received.count < bytes.count || client.received.count < bytes.count {
        turn += 1
        let slices = Toxic.slice(averageSize: 9000, variation: 900, delay: .zero)
        let rate = Toxic.bandwidth(bytesPerSecond: 50_000_000)
        var toxics: [PlacedToxic] = []
        if turn % 2 == 0 { toxics.append(latency("latency", turn % 7, .both)) }
        if turn % 3 == 0 { toxics.append(PlacedToxic("slices", slices, stream: .both)) }
        if turn % 5 == 0 { toxics.append(PlacedToxic("rate", rate, stream: .both)) }
        try world.proxy.apply(toxics)
        world.run(for: .milliseconds(3))
      }
      try world.proxy.apply([])
      #expect(
        world.wait {
          server.received.count >= bytes.count && client.received.count >= bytes.count
        })
      #expect(server.received == bytes)
      #expect(client.received == bytes)
    },
    Case(origin: "toxics/toxic_test.go TestToxicAddRemove", toxics: []) { world in
      world.onAccept = { $0.isEcho = true }
      let client = try world.connect()
      for turn in 1...100 {
        let stream: PlacedToxic.Stream = turn % 2 == 0 ? .upstream : .downstream
        try world.proxy.apply([latency("a \(turn % 2)", 0, stream)])
        client.send("hello")
        #expect(world.wait { client.received.count == 5 * turn })
      }
    },
  ]

  // MARK: toxics/toxic_test.go TestToxicity

  static let toxicityCases: [Case] = [
    Case(
      origin: "link_test.go TestToxicity",
      toxics: [
        PlacedToxic("some", .limitData(bytes: 0), stream: .upstream, share: 0.2)
      ]
    ) { world in
      let count = 300
      let clients = try (0..<count).map { _ in try world.connect() }
      for client in clients { client.send("hello") }
      #expect(
        world.wait {
          world.servers.count == count
            && world.servers.allSatisfy { $0.ending != nil || $0.text == "hello" }
        })
      let hit = world.servers.filter { $0.received.isEmpty }.count
      // Six standard deviations of a binomial distribution.
      #expect((19...101).contains(hit))
      #expect(world.proxy.statistics.hits["some"] == hit)
    },
    Case(
      origin: "link_test.go TestToxicity, of down",
      toxics: [PlacedToxic("some", .down, share: 0.5)]
    ) { world in
      let clients = try (0..<200).map { _ in try world.connect() }
      for client in clients { client.send("hello") }
      #expect(
        world.wait {
          clients.filter { $0.ending?.what == .reset }.count
            + world.servers.filter { $0.text == "hello" }.count == 200
        })
      let refused = world.proxy.statistics.refusedByToxic
      #expect((57...143).contains(refused))
      #expect(world.proxy.statistics.accepted == 200 - refused)
    },
  ]
}
