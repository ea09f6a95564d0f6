import Model
import Testing

@testable import Probes

@Suite struct HTTPProbeTests {
  /// What a probe reports of one answer.
  private func seen(
    _ answer: [ScriptedServer.Act], _ fields: KeyValuePairs<String, Node> = [:],
    secrets: [String: String] = [:]
  ) async throws -> Observation {
    try await ScriptedServer.run({ _ in answer }) { server in
      let url = Node.Pair(key: "url", value: .quoted("http://127.0.0.1:\(server.port)/x"))
      let rest = fields.map { Node.Pair(key: $0.key, value: $0.value) }
      return try await observe(
        HTTPProbe.self, Node(.map([url] + rest)), using: .none(secrets: secrets))
    }
  }

  @Test func success() async throws {
    let seen = try await seen([.answer()])
    #expect(seen.outcome == .success)
    #expect(seen.reason == nil)
    #expect(seen.value == nil)
    #expect(Set(seen.timings.keys) == ["connect", "first_byte"])
    #expect(seen.timings.values.allSatisfy { $0 >= 0 && $0 <= seen.latency })
  }

  @Test func statuses() async throws {
    let broken = try await seen([.answer(status: "503 Service Unavailable")])
    #expect(broken.outcome == .failure)
    #expect(broken.reason == "status 503, expected 2xx")
    let moved = try await seen([.answer(status: "302 Found", headers: ["Location: /y"])])
    #expect(moved.reason == "status 302, expected 2xx; redirects are not followed")
    let expected = try await seen(
      [.answer(status: "404 Not Found")], ["expect": ["status": ["404", "410"]]])
    #expect(expected.outcome == .success)
  }

  @Test func bodies() async throws {
    #expect(try await seen([.answer("all good")], ["expect": ["body": "go{2}d"]]).reason == nil)
    let other = try await seen([.answer("all bad")], ["expect": ["body": "go{2}d"]])
    #expect(other.outcome == .failure)
    #expect(other.reason == "the body does not match 'go{2}d'")
  }

  @Test func headers() async throws {
    let answer = ScriptedServer.Act.answer(headers: ["X-Node: a", "X-Node: b-7"])
    #expect(
      try await seen([answer], ["expect": ["header": ["x-node": "^b-[0-9]$"]]]).reason == nil)
    #expect(
      try await seen([answer], ["expect": ["header": ["x-node": "^c"]]]).reason
        == "header 'x-node' does not match '^c'")
    #expect(
      try await seen([answer], ["expect": ["header": ["x-none": "."]]]).reason
        == "header 'x-none' is missing")
  }

  @Test func json() async throws {
    let answer = ScriptedServer.Act.answer(#"{"queue": {"length": 12}, "ok": true}"#)
    #expect(try await seen([answer], ["expect": ["json": ["ok": "true"]]]).reason == nil)
    #expect(
      try await seen([answer], ["expect": ["json": ["queue.length": "0"]]]).reason
        == "json 'queue.length' is 12, expected 0")
    #expect(
      try await seen([.answer("<html>")], ["expect": ["json": ["ok": "true"]]]).reason
        == "the body is not JSON")
  }

  @Test func values() async throws {
    let answer = ScriptedServer.Act.answer(#"{"queue": {"length": 12, "name": "q"}}"#)
    #expect(try await seen([answer], ["value": "queue.length"]).value == 12)
    let text = try await seen([answer], ["value": "queue.name"])
    #expect(text.outcome == .success)
    #expect(text.value == nil)
    #expect(text.reason == "no value: the body has no number at 'queue.name'")
  }

  @Test func aFailureHasNoValue() async throws {
    let seen = try await seen(
      [.answer(#"{"length": 12}"#, status: "500 Oops")], ["value": "length"])
    #expect(seen.outcome == .failure)
    #expect(seen.value == nil)
  }

  @Test func theRequestIsWhatTheAuthorWrote() async throws {
    try await ScriptedServer.run({ _ in [.answer()] }) { server in
      let seen = try await observe(
        HTTPProbe.self,
        [
          "url": .quoted("http://127.0.0.1:\(server.port)/orders?dry=1"), "method": "POST",
          "headers": [
            "Authorization": .secret("token", after: "Bearer "), "Host": "shop.example",
          ],
          "body": .secret("token", after: "token="),
        ], using: .none(secrets: ["token": "s3cret\n"]))
      #expect(seen.outcome == .success)
      let request = try #require(server.requests.first).text
      #expect(request.hasPrefix("POST /orders?dry=1 HTTP/1.1\r\n"))
      #expect(request.contains("\r\nAuthorization: Bearer s3cret\r\n"))
      #expect(request.contains("\r\nHost: shop.example\r\n"))
      #expect(request.contains("\r\nUser-Agent: jenner/"))
      #expect(request.contains("\r\nContent-Length: 13\r\n"))
      #expect(request.hasSuffix("\r\n\r\ntoken=s3cret\n"))
    }
  }

  @Test func secretsStayOutOfReasons() async throws {
    let seen = try await seen(
      [.answer(#"{"you": "s3cret"}"#)],
      ["headers": ["X-Token": .secret("token")], "expect": ["json": ["you": "me"]]],
      secrets: ["token": "s3cret"])
    #expect(seen.reason == #"json 'you' is "${token}", expected "me""#)
  }

  @Test func secretsThatCannotBeSentAreNoData() async throws {
    let headers: KeyValuePairs<String, Node> = ["headers": ["X-Token": .secret("token")]]
    let unknown = try await seen([.answer()], headers)
    #expect(unknown.outcome == .noData)
    #expect(unknown.reason == "no value for a secret of '${token}'")
    let split = try await seen([.answer()], headers, secrets: ["token": "a\r\nX-Evil: b"])
    #expect(split.outcome == .noData)
    #expect(split.reason == "the header 'X-Token' has characters that HTTP forbids")
  }

  @Test func withoutTLS() async throws {
    let seen = try await observe(HTTPProbe.self, ["url": .quoted("https://127.0.0.1:1/")])
    #expect(seen.outcome == .noData)
    #expect(
      seen.reason == "no TLS in this program: observe https from the runner, without 'host:'")
  }

  @Test func problemsOfTheFields() {
    #expect(
      problems(
        of: HTTPProbe.self,
        [
          "url": .quoted("ftp://x/"), "method": "get", "timeout": "0s", "keep-alive": "maybe",
          "headers": ["bad name": "x", "Connection": "close", "X": .quoted("a\nb")],
          "value": "[", "expect": ["status": "ok", "stauts": "200"], "insecure": "true",
        ]) == [
          "1:10: error: 'ftp://x/' does not begin with http:// or https://; write a URL such as http://shop:8080/checkout",
          "2:10: error: 'get' is not one of GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH; did you mean 'GET'?",
          "3:10: error: a duration of zero; write one above zero, such as 1s",
          "4:10: error: 'maybe' is neither true nor false; write true or false",
          "6:1: error: 'bad name' is not the name of a header",
          "7:1: error: 'Connection' is written by the probe itself; write 'keep-alive: false'",
          "8:10: error: a header can't hold line breaks or control characters",
          "9:10: error: '[' is not a path into JSON such as 'data.items[0].count'",
          "11:10: error: 'ok' is not a status such as 200, 2xx or [200, 204]",
          "12:1: error: unknown field 'stauts'; did you mean 'status'?",
          "13:10: error: 'insecure' goes with an https:// URL; leave it out",
        ])
  }

  @Test func fieldsThatDoNotGoTogether() {
    let url = Node.quoted("https://shop/")
    #expect(
      problems(of: HTTPProbe.self, ["url": url, "method": "HEAD", "expect": ["body": "x"]]) == [
        "2:10: error: the answer to HEAD has no body to look into; write GET"
      ])
    #expect(
      problems(of: HTTPProbe.self, ["url": url, "insecure": "true", "ca": "ca.pem"]) == [
        "3:10: error: 'ca' has no effect where 'insecure' accepts any certificate; leave one of them out"
      ])
    #expect(
      problems(of: HTTPProbe.self, ["url": .secret("token", after: "http://x/")]).first?.hasPrefix(
        "1:10: error: a secret may not stand here") == true)
  }
}
