import Model
import Testing

@testable import Proxy

@Suite struct HTTPHeadTests {
  private func request(_ text: String) -> HTTPRequestHead? {
    HTTPRequestHead(Array(text.utf8)[...])
  }

  private func response(_ text: String, to method: String = "GET") -> HTTPResponseHead? {
    HTTPResponseHead(Array(text.utf8)[...], to: method)
  }

  @Test(arguments: [
    ("/", "/"), ("/a/b?c=/d", "/a/b"), ("http://host:80/x?y", "/x"), ("http://host", "/"),
    ("http://host?q=/z", "/"), ("*", "*"), ("/a#b", "/a"),
  ])
  func pathsAreTakenOutOfTargets(target: String, path: String) {
    #expect(request("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n")?.path == path)
  }

  @Test func framingsOfRequests() {
    func framing(_ fields: String) -> HTTPFraming? {
      request("POST / HTTP/1.1\r\n\(fields)\r\n")?.framing
    }
    #expect(framing("") == .length(0))
    #expect(framing("Content-Length: 12\r\n") == .length(12))
    #expect(framing("content-length:12\r\nContent-Length: 12\r\n") == .length(12))
    #expect(framing("Transfer-Encoding: Chunked\r\n") == .chunked)
    #expect(framing("Transfer-Encoding: gzip, chunked\r\n") == .chunked)
  }

  /// What two readers could read as two things is passed on untouched.
  @Test(arguments: [
    "Content-Length: 1\r\nContent-Length: 2\r\n",
    "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
    "Content-Length: -1\r\n", "Content-Length: 1, 2\r\n", "Content-Length: +1\r\n",
    "Content-Length: 99999999999999999999\r\n", "Transfer-Encoding: gzip\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "No colon\r\n",
    ": nameless\r\n",
    " folded: line\r\n", "Name : space\r\n", "Zero: \0\r\n",
  ])
  func ambiguousHeadsAreRefused(fields: String) {
    #expect(request("POST / HTTP/1.1\r\n\(fields)\r\n") == nil)
  }

  @Test(arguments: [
    "GET / HTTP/2.0\r\n\r\n", "GET /\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "get / HTTP/1.1\r\n\r\n",
    "GET / x HTTP/1.1\r\n\r\n", "GET / HTTP/1.1", "\r\n\r\n", "",
  ])
  func otherLinesAreNoRequests(text: String) {
    #expect(request(text) == nil)
  }

  @Test func framingsOfAnswers() {
    func framing(_ status: Int, _ fields: String, to method: String = "GET") -> HTTPFraming? {
      response("HTTP/1.1 \(status) Why Not\r\n\(fields)\r\n", to: method)?.framing
    }
    #expect(framing(200, "") == .untilClose)
    #expect(framing(200, "Content-Length: 3\r\n") == .length(3))
    #expect(framing(200, "Content-Length: 3\r\n", to: "HEAD") == .length(0))
    #expect(framing(204, "") == .length(0))
    #expect(framing(304, "Content-Length: 3\r\n") == .length(0))
    #expect(framing(200, "Transfer-Encoding: gzip\r\n") == .untilClose)
    #expect(response("HTTP/1.1 200\r\n\r\n")?.status == 200)
    #expect(response("HTTP/1.1 20 Short\r\n\r\n") == nil)
    #expect(response("HTTP/2 200 OK\r\n\r\n") == nil)
  }

  /// A protocol that is no HTTP is known by its first bytes, so that nobody waits for the rest.
  @Test(arguments: [
    "*1\r\n$4\r\nPING\r\n", "PING\r\n", "\u{0}\u{0}\u{0}\u{8}", "SSH-2.0-x\r\n", "\u{16}\u{3}\u{1}",
    "get / ", " GET",
  ])
  func otherProtocolsAreKnownAtOnce(text: String) {
    #expect(!HTTPRequestHead.mayBegin(Array(text.utf8)[...]))
  }

  @Test(arguments: ["", "G", "GET", "GET ", "GET / HT", "M-SEARCH * HTTP/1.1"])
  func theBeginningOfARequestMayBeOne(text: String) {
    #expect(HTTPRequestHead.mayBegin(Array(text.utf8)[...]))
  }
}
