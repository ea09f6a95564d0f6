import Model
import Testing

@testable import Proxy

/// An interceptor on a clock of its own.
struct Interception {
  var interceptor: HTTPInterceptor
  var now: Duration = .seconds(1000)
  var output = HTTPOutput()

  init(_ toxics: [Toxic], seed: UInt64 = 1) {
    interceptor = HTTPInterceptor(Self.rules(toxics), random: SplitMix(seed: seed))
  }

  private static func rules(_ toxics: [Toxic]) -> [HTTPRule] {
    toxics.enumerated().compactMap { HTTPRule(PlacedToxic("toxic \($0)", $1)) }
  }

  mutating func apply(_ toxics: [Toxic]) {
    interceptor.apply(Self.rules(toxics), at: now, into: &output)
  }

  mutating func request(_ bytes: some Sequence<UInt8>) {
    interceptor.request(Array(bytes)[...], at: now, into: &output)
  }

  mutating func response(_ bytes: some Sequence<UInt8>) {
    interceptor.response(Array(bytes)[...], at: now, into: &output)
  }

  mutating func pass(_ time: Duration) {
    let end = now + time
    while let due = interceptor.due, due <= end {
      now = max(now, due)
      interceptor.release(at: now, into: &output)
    }
    now = end
  }

  private static func text(_ parcels: [Parcel]) -> String {
    String(
      decoding: parcels.flatMap { parcel in
        if case .bytes(let bytes) = parcel.content { return Array(bytes) }
        return []
      }, as: UTF8.self)
  }

  /// What the server got.
  var upstream: String { Self.text(output.upstream) }
  /// What the client got.
  var downstream: String { Self.text(output.downstream) }
  var isClosed: Bool { output.downstream.last?.content == .close }
}

private let get = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
private let post = "POST /b?c HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"
private let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: x\r\n\r\nok"
private let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"

private func match(_ path: String? = nil, method: String? = nil, share: Double = 1) -> HTTPMatch {
  HTTPMatch(path: path.flatMap { Pattern($0) }, method: method, share: share)
}

@Suite struct HTTPInterceptorTests {
  // MARK: Delay

  @Test func onlyWhatMatchesIsDelayedAndWhatFollowsItWaits() {
    var talk = Interception([.httpDelay(match("^/b"), delay: .milliseconds(100), jitter: .zero)])
    talk.request((get + post + get).utf8)
    #expect(talk.upstream == get)
    talk.pass(.milliseconds(99))
    #expect(talk.upstream == get)
    talk.pass(.milliseconds(1))
    #expect(talk.upstream == get + post + get)
    #expect(talk.output.delayed == 1)
    #expect(talk.output.requests == 3)
    #expect(talk.output.delays == [.milliseconds(100)])
  }

  @Test func eachRequestOfAConnectionIsMatched() {
    var talk = Interception([.httpDelay(match(), delay: .milliseconds(10), jitter: .zero)])
    for _ in 0..<5 {
      talk.request(get.utf8)
      talk.pass(.milliseconds(10))
      talk.response(ok.utf8)
    }
    #expect(talk.output.delayed == 5)
    #expect(talk.upstream == String(repeating: get, count: 5))
    #expect(talk.downstream == String(repeating: ok, count: 5))
  }

  @Test func delaysAddUpAndTheirRemovalLetsGo() {
    let half = Toxic.httpDelay(match(), delay: .milliseconds(50), jitter: .zero)
    var talk = Interception([half, half])
    talk.request(get.utf8)
    talk.pass(.milliseconds(99))
    #expect(talk.upstream.isEmpty)
    talk.apply([])
    #expect(talk.upstream == get)
    talk.response(ok.utf8)
    #expect(talk.downstream == ok)
    #expect(talk.interceptor.isNeedless)
  }

  @Test func whatIsHeldBackStaysSoWhileOtherToxicsComeAndGo() {
    let slow = Toxic.httpDelay(match(), delay: .milliseconds(50), jitter: .zero)
    var talk = Interception([slow])
    talk.request(get.utf8)
    talk.apply([slow])
    talk.pass(.milliseconds(49))
    #expect(talk.upstream.isEmpty)
    talk.pass(.milliseconds(1))
    #expect(talk.upstream == get)
    #expect(talk.output.delays == [.milliseconds(50)])
  }

  // MARK: Abort

  @Test func anAbortedRequestIsAnsweredAndTheServerNeverSeesIt() {
    var talk = Interception([.httpAbort(match("^/b$", method: "POST"), status: 503)])
    talk.request(get.utf8)
    talk.response(ok.utf8)
    talk.request((post + get).utf8)
    #expect(talk.upstream == get)
    #expect(talk.downstream.hasPrefix(ok + "HTTP/1.1 503 Service Unavailable\r\n"))
    #expect(talk.downstream.hasSuffix("\r\n\r\n503 Service Unavailable\n"))
    #expect(talk.isClosed)
    #expect(talk.output.aborted == 1)
  }

  @Test func theAnswerWaitsForThoseBeforeIt() {
    var talk = Interception([.httpAbort(match("^/b"), status: 500)])
    talk.request((get + get + post).utf8)
    #expect(talk.downstream.isEmpty)
    talk.response((ok + ok).utf8)
    #expect(talk.downstream.hasPrefix(ok + ok + "HTTP/1.1 500 "))
    #expect(talk.isClosed)
  }

  @Test func anAnswerToHeadHasNoBody() {
    var talk = Interception([.httpAbort(match(), status: 404)])
    talk.request("HEAD / HTTP/1.1\r\n\r\n".utf8)
    #expect(talk.downstream.hasSuffix("Content-Length: 14\r\n\r\n"))
  }

  @Test func aDelayedAbortIsLate() {
    var talk = Interception([
      .httpDelay(match(), delay: .milliseconds(30), jitter: .zero),
      .httpAbort(match(), status: 500),
    ])
    talk.request(get.utf8)
    talk.pass(.milliseconds(29))
    #expect(talk.downstream.isEmpty)
    talk.pass(.milliseconds(1))
    #expect(talk.isClosed)
    #expect(talk.output.delays == [.milliseconds(30)])
  }

  @Test func theShareOfRequestsIsKept() {
    var talk = Interception([.httpDelay(match(share: 0.3), delay: .zero, jitter: .zero)], seed: 7)
    for _ in 0..<2000 {
      talk.request(get.utf8)
      talk.response(ok.utf8)
    }
    // Six standard deviations of a binomial distribution, so that no seed fails by chance.
    #expect((477...723).contains(talk.output.delayed))
  }

  // MARK: Replace

  @Test(arguments: [1, 7, 10_000])
  func aReplacedAnswerIsFramedAnew(pieces: Int) {
    let replacement = HTTPReplacement(
      status: 503, headers: [.init("Retry-After", "5"), .init("etag", "\"new\"")], body: "broken")
    for original in [ok, chunked] {
      var talk = Interception([.httpReplace(match(), replacement)])
      talk.request((get + get).utf8)
      let bytes = Array((original + ok).utf8)
      for start in stride(from: 0, to: bytes.count, by: pieces) {
        talk.response(bytes[start..<min(start + pieces, bytes.count)])
      }
      let answer =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\netag: \"new\"\r\n"
        + "Content-Length: 6\r\n\r\nbroken"
      #expect(talk.downstream == answer + answer)
      #expect(talk.output.replaced == 2)
    }
  }

  @Test func onlyHeadersMayBeReplaced() {
    var talk = Interception([
      .httpReplace(match(), HTTPReplacement(headers: [.init("ETag", "y"), .init("X", "1")]))
    ])
    talk.request(get.utf8)
    talk.response(ok.utf8)
    #expect(
      talk.downstream
        == "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: y\r\nX: 1\r\n\r\nok")
  }

  @Test func bodilessStatusesStayBodiless() {
    var talk = Interception([.httpReplace(match(), HTTPReplacement(status: 204))])
    talk.request(get.utf8)
    talk.response((ok).utf8)
    #expect(talk.downstream == "HTTP/1.1 204 No Content\r\n\r\n")
    var other = Interception([.httpReplace(match(), HTTPReplacement(status: 200))])
    other.request((get + get).utf8)
    other.response(("HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n" + ok).utf8)
    let empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    #expect(other.downstream.hasPrefix(empty + "HTTP/1.1 200 OK\r\n"))
  }

  @Test func anAnswerToHeadSaysTheLengthAndSendsNothing() {
    var talk = Interception([.httpReplace(match(), HTTPReplacement(body: "hello"))])
    talk.request("HEAD / HTTP/1.1\r\n\r\n".utf8)
    talk.response("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n".utf8)
    #expect(talk.downstream == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    #expect(talk.interceptor.exchanges.isEmpty)
  }

  @Test func interimAnswersPassBeforeTheReplacedOne() {
    var talk = Interception([.httpReplace(match(), HTTPReplacement(body: "x"))])
    talk.request(post.utf8)
    let interim = "HTTP/1.1 100 Continue\r\n\r\n"
    talk.response((interim + ok).utf8)
    #expect(talk.downstream == interim + "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
  }

  // MARK: Other protocols

  @Test func anUpgradeIsPassedOnBothWaysUntouched() {
    var talk = Interception([.httpAbort(match("frame"), status: 500)])
    let upgrade = "GET /ws HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    talk.request((upgrade + "GET /frame HTTP/1.1\r\n\r\n").utf8)
    #expect(talk.upstream == upgrade)
    let switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
    talk.response((switching + "\u{1}\u{2}").utf8)
    #expect(talk.downstream == switching + "\u{1}\u{2}")
    #expect(talk.upstream == upgrade + "GET /frame HTTP/1.1\r\n\r\n")
    #expect(talk.output.aborted == 0)
    #expect(!talk.output.isNotHTTP)
    #expect(talk.interceptor.isNeedless)
  }

  @Test func aDeclinedUpgradeStaysHTTP() {
    var talk = Interception([.httpAbort(match("^/b"), status: 500)])
    talk.request(("GET /a HTTP/1.1\r\nUpgrade: h2c\r\n\r\n" + post).utf8)
    #expect(talk.output.aborted == 0)
    talk.response(ok.utf8)
    #expect(talk.output.aborted == 1)
  }

  @Test func aTunnelIsPassedOnUntouched() {
    var talk = Interception([.httpAbort(match("^/a"), status: 500)])
    let connect = "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"
    talk.request(connect.utf8)
    talk.response("HTTP/1.1 200 Connection established\r\n\r\n".utf8)
    talk.request(get.utf8)
    talk.response("rubbish".utf8)
    #expect(talk.upstream == connect + get)
    #expect(talk.downstream.hasSuffix("\r\n\r\nrubbish"))
  }

  @Test(arguments: [
    "*1\r\n$4\r\nPING\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}",
    "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nrubbish\r\n",
    "GET /" + String(repeating: "a", count: 40_000),
  ])
  func whatIsNoHTTPPassesUntouched(text: String) {
    var talk = Interception([.httpAbort(match("never"), status: 500)])
    for byte in text.utf8 { talk.request([byte]) }
    talk.response("anything".utf8)
    #expect(talk.upstream == text)
    #expect(talk.downstream == "anything")
    #expect(talk.output.isNotHTTP)
  }

  @Test func aHeadThatNeverEndsIsPassedOnAfterAWhile() {
    var talk = Interception([.httpAbort(match("never"), status: 500)])
    talk.request("HELO there".utf8)
    #expect(talk.upstream.isEmpty)
    talk.pass(HTTPInterceptor.slowestHead)
    #expect(talk.upstream == "HELO there")
    #expect(talk.output.isNotHTTP)
  }

  @Test func onlySoManyRequestsWaitForAnswers() {
    var talk = Interception([.httpAbort(match("never"), status: 500)])
    let count = HTTPInterceptor.mostExchanges + 5
    talk.request(String(repeating: get, count: count).utf8)
    #expect(talk.output.requests == HTTPInterceptor.mostExchanges)
    for _ in 0..<count { talk.response(ok.utf8) }
    #expect(talk.upstream == String(repeating: get, count: count))
    #expect(talk.downstream == String(repeating: ok, count: count))
  }
}
