import Model
import Testing

@testable import Probes

@Suite struct PrometheusProbeTests {
  private static let answer =
    #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[784111777,"3"]}]}}"#
  private static let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT"

  @Test func asksByFormAndReadsTheValue() async throws {
    try await ScriptedServer.run({ _ in [.answer(Self.answer, headers: [Self.date])] }) { server in
      let seen = try await observe(
        PrometheusProbe.self,
        [
          "url": .quoted("http://127.0.0.1:\(server.port)/prom/"), "query": "sum(up)",
          "timeout": "4s", "headers": ["Authorization": .secret("token", after: "Bearer ")],
        ], using: .none(secrets: ["token": "s3cret"]))
      #expect(seen.outcome == .success)
      #expect(seen.value == 3)
      let request = try #require(server.requests.first).text
      #expect(request.hasPrefix("POST /prom/api/v1/query HTTP/1.1\r\n"))
      #expect(request.contains("\r\nContent-Type: application/x-www-form-urlencoded\r\n"))
      #expect(request.contains("\r\nAuthorization: Bearer s3cret\r\n"))
      #expect(request.hasSuffix("\r\n\r\nquery=sum%28up%29&timeout=4.0"))
    }
  }

  @Test func keepsItsConnection() async throws {
    try await ScriptedServer.run({ _ in [.answer(Self.answer, headers: [Self.date])] }) { server in
      let probe: PrometheusProbe = try read([
        "url": .quoted("http://127.0.0.1:\(server.port)"), "query": "up",
      ])
      let observer = probe.observer(using: .none())
      for _ in 0..<3 { #expect(await observer.observe().outcome == .success) }
      #expect(server.accepted == 1)
    }
  }

  @Test func oldSamplesAreNoData() async throws {
    let late = "Date: Sun, 06 Nov 1994 08:50:37 GMT"
    try await ScriptedServer.run({ _ in [.answer(Self.answer, headers: [late])] }) { server in
      let seen = try await observe(
        PrometheusProbe.self,
        [
          "url": .quoted("http://127.0.0.1:\(server.port)"), "query": "up", "stale": "30s",
        ])
      #expect(seen.outcome == .noData)
      #expect(seen.reason == "stale: the sample is 60 s old")
      #expect(seen.value == nil)
    }
  }

  /// Without a Date the age is taken by our clock, and a sample of 1994 is old by any.
  @Test func withoutADate() async throws {
    try await ScriptedServer.run({ _ in [.answer(Self.answer)] }) { server in
      let seen = try await observe(
        PrometheusProbe.self,
        ["url": .quoted("http://127.0.0.1:\(server.port)"), "query": "up"])
      #expect(seen.outcome == .noData)
      #expect(seen.reason?.hasPrefix("stale: ") == true)
    }
  }

  @Test func aServerThatIsGoneIsNoData() async throws {
    let seen = try await withClosedPort { port in
      try await observe(
        PrometheusProbe.self, ["url": .quoted("http://127.0.0.1:\(port)"), "query": "up"])
    }
    #expect(seen.outcome == .noData)
    #expect(seen.reason == "connection refused")
  }

  @Test func aServerThatIsSlowIsNoData() async throws {
    try await ScriptedServer.run({ _ in [] }) { server in
      let seen = try await observe(
        PrometheusProbe.self,
        ["url": .quoted("http://127.0.0.1:\(server.port)"), "query": "up", "timeout": "1s"])
      #expect(seen.outcome == .noData)
      #expect(seen.reason == "no answer within 1s: waiting for the first byte")
    }
  }

  @Test func problemsOfTheFields() {
    #expect(
      problems(
        of: PrometheusProbe.self,
        ["url": .quoted("http://p:9090/api/v1/query"), "stale": "0s", "querry": "up"]) == [
          "1:10: error: the probe adds /api/v1/query itself; leave it out",
          "2:10: error: a duration of zero; write one above zero, such as 1s",
          "3:1: error: unknown field 'querry'; did you mean 'query'?",
        ])
  }
}
