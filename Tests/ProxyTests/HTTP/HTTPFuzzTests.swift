import Model
import Testing

@testable import Proxy

/// Rubbish and half-rubbish, in pieces of every size; the seed is in each failure.
@Suite struct HTTPFuzzTests {
  private static let scraps: [String] = [
    "GET / HTTP/1.1\r\n", "POST /x HTTP/1.1\r\n", "HEAD /y?z HTTP/1.0\r\n",
    "CONNECT h:1 HTTP/1.1\r\n",
    "HTTP/1.1 200 OK\r\n", "HTTP/1.1 100 Continue\r\n", "HTTP/1.1 101 Switching Protocols\r\n",
    "HTTP/1.1 204 No Content\r\n", "HTTP/1.0 304\r\n", "\r\n", "\n", "\r", "Content-Length: 5\r\n",
    "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n", "Upgrade: x\r\n", "hello",
    "5\r\nhello\r\n", "0\r\n\r\n", "A: b\r\n", ": x\r\n", "\0", "\u{ff}", "ffffffffffffff\r\n", " ",
  ]

  private static func text(_ random: inout SplitMix) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<(1 + Int(random.next() % 20)) {
      bytes += scraps[Int(random.next() % UInt64(scraps.count))].utf8
      if random.happens(0.05) { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
    }
    return bytes
  }

  /// With a toxic that hits nothing, whatever comes goes on as it came.
  @Test(arguments: 0..<300)
  func nothingIsChangedWhereNothingMatches(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let never = HTTPMatch(path: Pattern("^/never$"))
    var talk = Interception([
      .httpAbort(never, status: 500), .httpReplace(never, HTTPReplacement(body: "x")),
    ])
    var requests: [UInt8] = []
    var responses: [UInt8] = []
    for _ in 0..<(1 + random.next() % 8) {
      requests += Self.text(&random)
      responses += Self.text(&random)
    }
    let expected = (requests, responses)
    while !requests.isEmpty || !responses.isEmpty {
      let count = Int(1 + random.next() % 60)
      if random.happens(0.5) {
        talk.request(requests.prefix(count))
        requests.removeFirst(min(count, requests.count))
      } else {
        talk.response(responses.prefix(count))
        responses.removeFirst(min(count, responses.count))
      }
    }
    // A client that has waited, and both ends, leave nothing behind.
    talk.pass(.seconds(10))
    talk.interceptor.responseEnded(at: talk.now, into: &talk.output)
    talk.interceptor.requestEnded(at: talk.now, into: &talk.output)
    #expect(talk.upstream == String(decoding: expected.0, as: UTF8.self), "seed \(seed)")
    #expect(talk.downstream == String(decoding: expected.1, as: UTF8.self), "seed \(seed)")
  }

  /// With toxics that hit at random nothing crashes, and what is held is bounded.
  @Test(arguments: 0..<300)
  func rubbishNeverCrashes(seed: UInt64) {
    var random = SplitMix(seed: seed &+ 1_000_000)
    let half = HTTPMatch(share: 0.3)
    var talk = Interception(
      [
        .httpDelay(half, delay: .milliseconds(5), jitter: .milliseconds(5)),
        .httpReplace(half, HTTPReplacement(status: 204)),
        .httpReplace(half, HTTPReplacement(status: 500, headers: [.init("A", "c")], body: "new")),
        .httpAbort(HTTPMatch(share: 0.05), status: 503),
      ], seed: seed)
    for _ in 0..<200 {
      switch random.next() % 12 {
      case 0: talk.apply([])
      case 1: talk.apply([.httpDelay(half, delay: .milliseconds(9), jitter: .zero)])
      case 2...6: talk.request(Self.text(&random))
      default: talk.response(Self.text(&random))
      }
      talk.pass(.milliseconds(Int(random.next() % 8)))
      #expect(talk.interceptor.exchanges.count <= HTTPInterceptor.mostExchanges, "seed \(seed)")
    }
    talk.pass(.seconds(10))
    #expect(talk.interceptor.line.isEmpty, "seed \(seed)")
  }
}
