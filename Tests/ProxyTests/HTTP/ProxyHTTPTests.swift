import Linux
import Model
import Testing

@testable import Proxy

/// Toxics of HTTP over real sockets, with those of bytes beside them, and on live connections.
@Suite struct ProxyHTTPTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  private static func get(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n" }

  /// A server that answers each request's head, however it comes.
  private static func answering(_ server: Endpoint) {
    var seen = 0
    server.onBytes = { bytes in
      for byte in bytes {
        // A line feed, a carriage return, a line feed: an empty line.
        seen = byte == UInt8(ascii: "\n") ? seen + 1 : byte == UInt8(ascii: "\r") ? seen : 0
        guard seen == 2 else { continue }
        seen = 0
        server.send(ok)
      }
    }
  }

  @Test func requestsOfOneConnectionAreDelayedAbortedAndReplaced() throws {
    let world = try ProxyWorld([
      PlacedToxic(
        "slow",
        .httpDelay(
          HTTPMatch(path: Pattern("^/slow")), delay: .milliseconds(100), jitter: .zero)),
      PlacedToxic(
        "other", .httpReplace(HTTPMatch(path: Pattern("^/other")), HTTPReplacement(body: "changed"))
      ),
      PlacedToxic("broken", .httpAbort(HTTPMatch(path: Pattern("^/broken")), status: 503)),
    ])
    world.onAccept = Self.answering
    let client = try world.connect()
    client.send(Self.get("/"))
    #expect(world.wait { client.text == Self.ok })
    let start = world.loop.now
    client.send(Self.get("/slow"))
    #expect(world.wait { client.text == Self.ok + Self.ok })
    #expect(world.loop.now - start >= .milliseconds(100))
    client.send(Self.get("/other"))
    #expect(world.wait { client.text.hasSuffix("\r\nContent-Length: 7\r\n\r\nchanged") })
    client.send(Self.get("/broken"))
    #expect(world.wait { client.ending?.what == .end })
    #expect(client.text.hasSuffix("503 Service Unavailable\n"))
    let statistics = world.proxy.statistics
    #expect(statistics.requests.seen == 4)
    #expect(statistics.requests.delayed == 1)
    #expect(statistics.requests.replaced == 1)
    #expect(statistics.requests.aborted == 1)
    #expect(statistics.hits == ["slow": 1, "other": 1, "broken": 1])
    #expect((statistics.requestDelay?.least ?? .zero) >= .milliseconds(100))
    #expect(world.wait { world.proxy.statistics.active == 0 })
  }

  @Test func aLargeBodyOfAnAbortedRequestDoesNotLoseTheAnswer() throws {
    let world = try ProxyWorld([PlacedToxic("broken", .httpAbort(HTTPMatch(), status: 500))])
    let client = try world.connect()
    client.send("POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n")
    client.send(pattern(1_000_000))
    #expect(world.wait { client.ending != nil })
    #expect(client.text.hasSuffix("500 Internal Server Error\n"))
    // A reset in its stead would be what a close with unread bytes makes of it.
    #expect(client.ending?.what == .end)
    #expect(world.servers.allSatisfy { $0.received.isEmpty })
  }

  @Test func aLiveConnectionIsReadFromItsNextRequestOn() throws {
    let world = try ProxyWorld()
    world.onAccept = Self.answering
    let client = try world.connect()
    client.send(Self.get("/a"))
    #expect(world.wait { client.text == Self.ok })
    let toxic = PlacedToxic(
      "other", .httpReplace(HTTPMatch(), HTTPReplacement(status: 418, body: "new")))
    try world.proxy.apply([toxic])
    client.send(Self.get("/b"))
    #expect(world.wait { client.text.hasSuffix("Content-Length: 3\r\n\r\nnew") })
    try world.proxy.apply([])
    client.send(Self.get("/c"))
    #expect(world.wait { client.text.hasSuffix("new" + Self.ok) })
    try world.proxy.apply([toxic])
    client.send(Self.get("/d"))
    #expect(world.wait { client.text.hasSuffix("Content-Length: 3\r\n\r\nnew") })
    #expect(world.proxy.statistics.requests.replaced == 2)
  }

  @Test func aBodyUnderWayIsNotTakenForARequest() throws {
    let world = try ProxyWorld()
    let (client, server) = try world.pair()
    let body = Self.get("/in-the-body")
    client.send("POST / HTTP/1.1\r\nContent-Length: \(2 * body.utf8.count)\r\n\r\n" + body)
    #expect(world.wait { server.text.hasSuffix(body) })
    try world.proxy.apply([PlacedToxic("broken", .httpAbort(HTTPMatch(), status: 500))])
    client.send(body)
    #expect(world.wait { server.text.hasSuffix(body + body) })
    #expect(world.proxy.statistics.requests.aborted == 0)
    server.send(Self.ok)
    #expect(world.wait { client.text == Self.ok })
    client.send(Self.get("/next"))
    #expect(world.wait { client.text.hasSuffix("500 Internal Server Error\n") })
  }

  @Test func otherProtocolsPassAndAreCounted() throws {
    let world = try ProxyWorld([PlacedToxic("broken", .httpAbort(HTTPMatch(), status: 500))])
    world.onAccept = { $0.isEcho = true }
    let client = try world.connect()
    let bytes = Array("*1\r\n$4\r\nPING\r\n".utf8) + pattern(200_000)
    client.send(bytes)
    #expect(world.wait { client.received.count == bytes.count })
    #expect(client.received == bytes)
    #expect(world.proxy.statistics.requests.notHTTP == 1)
  }

  @Test func toxicsOfBytesActOnWhatThoseOfHTTPSend() throws {
    let world = try ProxyWorld([
      PlacedToxic("broken", .httpAbort(HTTPMatch(), status: 500)),
      PlacedToxic("slow", .latency(delay: .milliseconds(80), jitter: .zero)),
    ])
    let client = try world.connect()
    try #require(world.wait { world.proxy.statistics.accepted == 1 })
    let start = world.loop.now
    client.send(Self.get("/"))
    #expect(world.wait { client.ending != nil })
    #expect(client.text.hasSuffix("500 Internal Server Error\n"))
    #expect(world.loop.now - start >= .milliseconds(80))
  }
}
