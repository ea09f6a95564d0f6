import Model
import NIOCore
import NIOHTTP1
import Testing

@testable import Probes

/// The client against servers that are slow, broken, rude or merely unusual.
@Suite struct HTTPClientTests {
  private func fields(_ server: ScriptedServer, _ more: KeyValuePairs<String, Node> = [:]) -> Node {
    let url = Node.Pair(key: "url", value: .quoted("http://127.0.0.1:\(server.port)/"))
    return Node(.map([url] + more.map { Node.Pair(key: $0.key, value: $0.value) }))
  }

  /// What one observation sees of a server that does the same with every request.
  private func seen(
    _ acts: [ScriptedServer.Act], _ more: KeyValuePairs<String, Node> = [:]
  ) async throws -> Observation {
    try await ScriptedServer.run({ _ in acts }) { server in
      let seen = try await observe(HTTPProbe.self, fields(server, more))
      #expect(try await server.isLeftAlone(), "a connection outlived its observer")
      return seen
    }
  }

  // MARK: - Answers of every shape

  @Test(arguments: [
    ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nyes,\r\n3\r\n ok\r\n0\r\n\r\n"],
    ["HTTP/1.1 200 OK\r\nContent-Le", "ngth: 7\r\n", "\r\nyes, ", "ok"],
    ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nyes, ok"],
    [
      "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nyes, ok",
    ],
  ])
  func answersOfEveryShape(pieces: [String]) async throws {
    let acts = pieces.flatMap { [ScriptedServer.Act.send($0), .pause(milliseconds: 5)] }
    let seen = try await seen(acts, ["expect": ["body": "^yes, ok$"]])
    #expect(seen.outcome == .success)
    #expect(seen.reason == nil)
  }

  @Test(arguments: ["1.0", "1.1"])
  func aBodyThatEndsWithTheConnection(version: String) async throws {
    let seen = try await seen(
      [.send("HTTP/\(version) 200 OK\r\n\r\nyes, "), .send("ok"), .close],
      ["expect": ["body": "^yes, ok$"]])
    #expect(seen.reason == nil)
  }

  @Test func noBody() async throws {
    #expect(
      try await seen([.send("HTTP/1.1 204 No Content\r\n\r\n")]).outcome == .success)
    let head = try await seen(
      [.send("HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n")], ["method": "HEAD"])
    #expect(head.outcome == .success)
  }

  // MARK: - Broken servers

  @Test(arguments: [
    ([ScriptedServer.Act.close], "the server closed the connection without an answer"),
    (
      [
        .send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), .pause(milliseconds: 5),
        .close,
      ],
      "the server closed the connection within its answer"
    ),
    (
      [.send("HTTP/1.1 200 OK\r\nContent-Le"), .pause(milliseconds: 5), .close],
      "the server closed the connection within its answer"
    ),
    ([.send("SSH-2.0-OpenSSH_9.2\r\n")], "the answer is not HTTP/1.1"),
    ([.send("HTTP/1.1 2x0 OK\r\n\r\n")], "the answer is not HTTP/1.1"),
    (
      [.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nyes!")],
      "the answer is not HTTP/1.1"
    ),
    (
      [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")],
      "the answer is not HTTP/1.1"
    ),
  ])
  func brokenAnswers(acts: [ScriptedServer.Act], reason: String) async throws {
    let seen = try await seen(acts)
    #expect(seen.outcome == .failure)
    #expect(seen.reason?.hasPrefix(reason) == true, "\(seen.reason ?? "no reason")")
    #expect(seen.latency < 4)
  }

  @Test func bodiesAreLimited() async throws {
    let limit = Limits.outputSize
    let reason = "the answer's body is larger than 1 MiB"
    let announced = try await seen(
      [.send("HTTP/1.1 200 OK\r\nContent-Length: \(limit + 1)\r\n\r\n")])
    #expect(announced.outcome == .failure)
    #expect(announced.reason == reason)
    let endless = try await seen(
      [.send("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: limit + 1))])
    #expect(endless.reason == reason)
    let largest = try await seen(
      [.answer(String(repeating: "x", count: limit))], ["expect": ["body": "^x"]])
    #expect(largest.reason == nil)
  }

  @Test func headersAreLimited() async throws {
    let fields = String(repeating: "X-Long: \(String(repeating: "x", count: 1000))\r\n", count: 300)
    let seen = try await seen([.send("HTTP/1.1 200 OK\r\n\(fields)\r\n")])
    #expect(seen.outcome == .failure)
    #expect(seen.latency < 4)
  }

  @Test func nobodyListens() async throws {
    let seen = try await withClosedPort { port in
      try await observe(HTTPProbe.self, ["url": .quoted("http://127.0.0.1:\(port)/")])
    }
    #expect(seen.outcome == .failure)
    #expect(seen.reason == "connection refused")
    #expect(seen.timings.isEmpty)
  }

  // MARK: - Deadlines

  @Test(arguments: [
    ([ScriptedServer.Act](), "waiting for the first byte"),
    ([.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")], "reading the answer"),
    // A status line that grows by a letter at a time.
    (
      [.send("HTTP/1.1 200 ")]
        + (0..<100).flatMap { _ in [ScriptedServer.Act.send("O"), .pause(milliseconds: 20)] },
      "reading the answer"
    ),
  ])
  func slowServers(acts: [ScriptedServer.Act], phase: String) async throws {
    let seen = try await seen(acts, ["timeout": "1s"])
    #expect(seen.outcome == .failure)
    #expect(seen.reason == "no answer within 1s: \(phase)")
    #expect(seen.latency >= 1)
    #expect(seen.latency < 3)
  }

  @Test func aSlowObservationDelaysNoOther() async throws {
    try await ScriptedServer.run({ request in
      request.connection == 0 ? [.pause(milliseconds: 3_000), .answer()] : [.answer()]
    }) { server in
      let probe: HTTPProbe = try read(fields(server))
      let observer = probe.observer(using: .none())
      async let slow = observer.observe()
      while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
      for _ in 0..<10 { #expect(await observer.observe().latency < 2.5) }
      #expect(await slow.latency >= 3)
    }
  }

  @Test func cancellationEndsAnObservation() async throws {
    try await ScriptedServer.run({ _ in [] }) { server in
      let probe: HTTPProbe = try read(fields(server, ["timeout": "1m"]))
      let observer = probe.observer(using: .none())
      let task = Task { await observer.observe() }
      while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
      task.cancel()
      let seen = await task.value
      #expect(seen.outcome == .noData)
      #expect(seen.reason == "the observation was cancelled")
      let early = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return await observer.observe()
      }
      #expect(await early.value.reason == "the observation was cancelled")
      #expect(try await server.isLeftAlone())
    }
  }

  // MARK: - Kept connections

  /// Observes several times in a row.
  private func series(
    _ count: Int, _ more: KeyValuePairs<String, Node> = [:],
    _ script: @escaping ScriptedServer.Script
  ) async throws -> (seen: [Observation], connections: Int) {
    try await ScriptedServer.run(script) { server in
      let probe: HTTPProbe = try read(fields(server, more))
      var seen: [Observation] = []
      do {
        let observer = probe.observer(using: .none())
        for _ in 0..<count {
          seen.append(await observer.observe())
          // Gives the server's end of a connection the time to be noticed.
          try await Task.sleep(for: .milliseconds(20))
        }
      }
      #expect(try await server.isLeftAlone(), "a connection outlived its observer")
      return (seen, server.accepted)
    }
  }

  @Test func connectionsAreKept() async throws {
    let (seen, connections) = try await series(3) { _ in [.answer()] }
    #expect(seen.allSatisfy { $0.outcome == .success })
    #expect(connections == 1)
    #expect(seen.map { $0.timings["connect"] != nil } == [true, false, false])
    #expect(seen.allSatisfy { $0.timings["first_byte"] != nil })
  }

  @Test func connectionsAreNotKeptAgainstAWish() async throws {
    let byAuthor = try await series(3, ["keep-alive": "false"]) { request in
      #expect(request.text.contains("\r\nConnection: close\r\n"))
      return [.answer()]
    }
    #expect(byAuthor.connections == 3)
    #expect(byAuthor.seen.allSatisfy { $0.outcome == .success && $0.timings["connect"] != nil })
    let byServer = try await series(3) { _ in [.answer(headers: ["Connection: close"])] }
    #expect(byServer.connections == 3)
    let byVersion = try await series(3) { _ in
      [.send("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok")]
    }
    #expect(byVersion.connections == 3)
    // What may not be done twice may not meet a connection that is just being closed.
    let byMethod = try await series(3, ["method": "POST", "body": "x"]) { _ in [.answer()] }
    #expect(byMethod.connections == 3)
  }

  /// The server closes each connection while it is idle.
  @Test func connectionsThatWereClosedAreNotUsed() async throws {
    let (seen, connections) = try await series(3) { _ in
      [.answer(), .pause(milliseconds: 1), .close]
    }
    #expect(seen.allSatisfy { $0.outcome == .success })
    #expect(connections == 3)
  }

  /// The server closes each connection as its second request arrives, as one does whose idle time is
  /// over at that moment.
  @Test func aRequestOnAClosingConnectionIsSentAgain() async throws {
    let (seen, connections) = try await series(3) { request in
      request.number == 0 ? [.answer()] : [.close]
    }
    #expect(seen.allSatisfy { $0.outcome == .success })
    #expect(connections == 3)
    #expect(seen.allSatisfy { $0.timings["connect"] != nil })
  }

  /// Only a connection that was kept is an excuse; a fresh one that is closed is a failure.
  @Test func itIsSentAgainOnlyOnce() async throws {
    let (seen, connections) = try await series(2) { request in
      request.connection == 0 && request.number == 0 ? [.answer()] : [.close]
    }
    #expect(seen.map(\.outcome) == [.success, .failure])
    #expect(seen[1].reason == "the server closed the connection without an answer")
    #expect(connections == 2)
  }

  @Test func bytesThatNobodyAskedForEndAConnection() async throws {
    let (seen, connections) = try await series(2) { request in
      [.answer(), .send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")]
    }
    #expect(seen.allSatisfy { $0.outcome == .success })
    #expect(connections == 2)
  }

  /// Whoever would open one connection too many gets no data; a connection that is closed, or kept,
  /// makes room again.
  @Test func openConnectionsAreLimited() async throws {
    try await ScriptedServer.run({ request in
      request.text.hasPrefix("GET /slow") ? [.pause(milliseconds: 300), .answer()] : [.answer()]
    }) { server in
      func request(_ path: String) throws -> HTTPRequest {
        let address = try WebAddress(text: "http://127.0.0.1:\(server.port)\(path)")
        return HTTPRequest(method: .GET, address: address, headers: [:], keepAlive: true)
      }
      let client = HTTPClient(
        for: HostPort(host: "127.0.0.1", port: server.port), within: ConnectionBudget(limit: 1))
      let (slow, quick) = (try request("/slow"), try request("/"))
      async let first = client.send(slow, timeout: .seconds(5), readsBody: false)
      while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
      let refused = await client.send(quick, timeout: .seconds(5), readsBody: false)
      #expect(
        throws: NoAnswer.noData(
          "limit of 1 open connections reached: raise ulimit -n, or ask less often")
      ) { try refused.result.get() }
      #expect(try await first.result.get().status == 200)
      let later = await client.send(quick, timeout: .seconds(5), readsBody: false)
      #expect(try later.result.get().status == 200)
      #expect(server.accepted == 1)
    }
  }

  @Test func manyAtOnce() async throws {
    try await ScriptedServer.run({ _ in [.pause(milliseconds: 10), .answer()] }) { server in
      let probe: HTTPProbe = try read(fields(server))
      do {
        let observer = probe.observer(using: .none())
        let outcomes = await withTaskGroup(of: Observation.Outcome.self) { group in
          for _ in 0..<100 { group.addTask { await observer.observe().outcome } }
          return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count == 100)
        #expect(outcomes.allSatisfy { $0 == .success })
      }
      #expect(server.requests.count == 100)
      #expect(try await server.isLeftAlone())
    }
  }
}
