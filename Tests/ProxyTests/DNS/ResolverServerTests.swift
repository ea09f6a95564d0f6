import Glibc
import Model
import Testing

import Linux
@testable import Proxy

@Suite(.serialized) struct ResolverServerTests {
  private func rule(_ pattern: String, _ answer: NameRule.Answer) throws -> NameRule {
    NameRule(try NamePattern(pattern), answer: answer)
  }

  // MARK: Rules

  @Test func rulesAnswerAndTheRestIsForwarded() throws {
    let server = try ScriptedNameServer()
    let address = try #require(IPAddress(text: "198.51.100.7"))
    let resolver = try RunningResolver(
      before: [server],
      rules: [
        try rule("gone.internal", .fail(.nameError)), try rule("ill.internal", .fail(.refused)),
        try rule("*.internal", .address([address], timeToLive: .seconds(3))),
      ])
    func ask(_ name: String) throws -> ReadAnswer {
      let client = try NameClient(to: resolver.endpoint)
      return try #require(ReadAnswer(client.ask(NameMessage.query(name))))
    }
    #expect(try ask("gone.internal").code == 3)
    #expect(try ask("ILL.internal").code == 5)
    #expect(try ask("db.internal").addresses == ["198.51.100.7"])
    #expect(try ask("example.org").addresses == ["192.0.2.1"])
    let statistics = resolver.statistics
    #expect(statistics.matched == [1, 1, 1])
    #expect(statistics.queries == 4 && statistics.answered == 3)
    #expect(statistics.forwarded == 1 && statistics.relayed == 1)
    #expect(server.asked.count == 1)
  }

  @Test func aTimeoutIsSilence() throws {
    let resolver = try RunningResolver(
      before: [try ScriptedNameServer()], rules: [try rule("*", .fail(.timeout))])
    let client = try NameClient(to: resolver.endpoint, wait: 300)
    #expect(client.ask(NameMessage.query("db.internal")) == nil)
    #expect(resolver.statistics.silenced == 1)
  }

  @Test func aDelayIsAsLongAsAskedAndEndsWithItsRule() throws {
    let server = try ScriptedNameServer()
    let slow = try rule("*", .slow(delay: .milliseconds(150), jitter: .zero))
    let resolver = try RunningResolver(before: [server], rules: [slow])
    let client = try NameClient(to: resolver.endpoint)
    let start = ContinuousClock.now
    #expect(client.ask(NameMessage.query("db.internal")) != nil)
    #expect(ContinuousClock.now - start >= .milliseconds(150))
    let least = try #require(resolver.statistics.leastDelaySeconds)
    #expect(least >= 0.15 && least < 1)

    resolver.apply([try rule("*", .slow(delay: .seconds(60), jitter: .zero))])
    client.write(NameMessage.query("db.internal", id: 9))
    while resolver.statistics.delayed < 2 { usleep(1_000) }
    resolver.apply([])
    #expect(ReadAnswer(client.read())?.id == 9)
  }

  @Test func rulesChangeWhileItRuns() throws {
    let resolver = try RunningResolver(before: [try ScriptedNameServer()])
    let client = try NameClient(to: resolver.endpoint)
    let query = NameMessage.query("db.internal")
    #expect(ReadAnswer(client.ask(query))?.code == 0)
    resolver.apply([try rule("db.internal", .fail(.serverFailure))])
    #expect(ReadAnswer(client.ask(query))?.code == 2)
    resolver.apply([])
    #expect(ReadAnswer(client.ask(query))?.code == 0)
  }

  @Test func oneThatRestsForwardsAndKeepsItsCounts() throws {
    let resolver = try RunningResolver(
      before: [try ScriptedNameServer()], rules: [try rule("*", .fail(.refused))])
    let client = try NameClient(to: resolver.endpoint)
    let query = NameMessage.query("db.internal")
    #expect(ReadAnswer(client.ask(query))?.code == 5)
    resolver.rest(true)
    #expect(ReadAnswer(client.ask(query))?.code == 0)
    resolver.rest(false)
    #expect(ReadAnswer(client.ask(query))?.code == 5)
    #expect(resolver.statistics.matched == [2])
  }

  // MARK: Forwarding

  @Test func whatIsForwardedDiffersInItsIdAlone() throws {
    let odd: [UInt8] = [0xDE, 0xAD, 0xBE, 0xEF]
    let server = try ScriptedNameServer {
      [NameMessage.answer(to: $0, address: [192, 0, 2, 1]) + odd]
    }
    let resolver = try RunningResolver(before: [server])
    let client = try NameClient(to: resolver.endpoint)
    // A cookie (RFC 7873) and an option that nobody knows; letters of either case.
    let query = NameMessage.query(
      "Db.InTernal", .aaaa, options: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0xFE, 0x0F, 0, 1, 9])
    for id in UInt16(1)...8 {
      let asked = NameQuery.replacingID(of: query, by: id)
      let answer = try #require(client.ask(asked))
      #expect(answer == NameMessage.answer(to: asked, address: [192, 0, 2, 1]) + odd)
    }
    let asked = server.asked
    #expect(asked.allSatisfy { $0.bytes.dropFirst(2) == query.dropFirst(2) })
    #expect(Set(asked.map { Array($0.bytes.prefix(2)) }).count > 4, "ids are drawn")
    #expect(Set(asked.map(\.port)).count > 4, "each query has a port of its own")
  }

  @Test func onlyTheAnswerIsBelieved() throws {
    let server = try ScriptedNameServer { query in
      let wrongID = NameQuery.replacingID(
        of: query, by: (UInt16(query[0]) << 8 | UInt16(query[1])) &+ 1)
      let other = NameMessage.query("evil.internal", id: UInt16(query[0]) << 8 | UInt16(query[1]))
      return [
        NameMessage.answer(to: wrongID, address: [203, 0, 113, 1]),
        NameMessage.answer(to: other, address: [203, 0, 113, 2]), query, [1, 2, 3],
        NameMessage.answer(to: query, address: [192, 0, 2, 1]),
      ]
    }
    let resolver = try RunningResolver(before: [server])
    let client = try NameClient(to: resolver.endpoint)
    let answer = ReadAnswer(client.ask(NameMessage.query("db.internal")))
    #expect(answer?.addresses == ["192.0.2.1"])
    #expect(resolver.statistics.strayAnswers == 4)
  }

  @Test func whoGuessesGetsFewGuesses() throws {
    let liar = try ScriptedNameServer { query in
      Array(
        repeating: NameMessage.answer(
          to: NameMessage.query("evil.internal"), address: [203, 0, 113, 1]), count: 40)
    }
    var limits = ResolverLimits()
    limits.strayAnswers = 5
    let resolver = try RunningResolver(before: [liar, try ScriptedNameServer()], limits: limits)
    let client = try NameClient(to: resolver.endpoint)
    let answer = ReadAnswer(client.ask(NameMessage.query("db.internal")))
    #expect(answer?.addresses == ["192.0.2.1"])
    #expect(resolver.statistics.strayAnswers == 5)
    #expect(resolver.statistics.upstreamFailures == 1)
  }

  @Test func aServerThatIsSilentOrGoneIsPassedOver() throws {
    let silent = try ScriptedNameServer { _ in [] }
    let gone = try LoopbackPort.closed()
    let server = try ScriptedNameServer()
    var limits = ResolverLimits()
    limits.attempt = .milliseconds(200)
    let settings = ResolverSettings(
      listen: [IPEndpoint(.loopbackV4, port: 0)],
      upstreams: [gone, silent.endpoint, server.endpoint])
    for transport in [Transport.datagram, .stream] {
      let resolver = try RunningResolver(settings, limits: limits, keeping: [silent, server])
      for id in UInt16(1)...3 {
        let client = try NameClient(to: resolver.endpoint, over: transport)
        let query = NameMessage.query("db.internal", id: id)
        client.write(transport == .stream ? StreamFrames.frame(query) : query)
        let answer = transport == .stream ? client.readFrame() : client.read()
        #expect(ReadAnswer(answer)?.addresses == ["192.0.2.1"])
      }
      let statistics = resolver.statistics
      #expect(statistics.upstreamFailures == 2, "the server that answered is asked first")
    }
  }

  @Test func whereNobodyAnswersTheServerFailed() throws {
    let silent = try ScriptedNameServer { _ in [] }
    var limits = ResolverLimits()
    limits.attempt = .milliseconds(50)
    limits.attempts = 3
    let resolver = try RunningResolver(before: [silent], limits: limits)
    let client = try NameClient(to: resolver.endpoint)
    let answer = ReadAnswer(client.ask(NameMessage.query("db.internal", options: [])))
    #expect(answer?.code == 2)
    #expect(resolver.statistics.upstreamFailures == 3)
    #expect(silent.asked.count == 3)
  }

  @Test func truncationGoesThroughAndTCPFollows() throws {
    let server = try ScriptedNameServer {
      [NameMessage.answer(to: $0, address: [192, 0, 2, 1], flags: 0x8380)]
    }
    let resolver = try RunningResolver(before: [server])
    let client = try NameClient(to: resolver.endpoint)
    #expect(ReadAnswer(client.ask(NameMessage.query("db.internal")))?.isTruncated == true)
    let again = try NameClient(to: resolver.endpoint, over: .stream)
    again.write(StreamFrames.frame(NameMessage.query("db.internal")))
    #expect(ReadAnswer(again.readFrame())?.addresses == ["192.0.2.1"])
    #expect(server.asked.last?.port == 0, "by TCP")
  }

  @Test func transfersOfZonesAreNotForwarded() throws {
    let server = try ScriptedNameServer()
    let resolver = try RunningResolver(before: [server])
    let client = try NameClient(to: resolver.endpoint)
    #expect(ReadAnswer(client.ask(NameMessage.query("example.org", .axfr)))?.code == 4)
    #expect(server.asked.isEmpty)
  }

  // MARK: What is no query

  @Test func rubbishIsAnErrorOrDropped() throws {
    let resolver = try RunningResolver(before: [try ScriptedNameServer()])
    let client = try NameClient(to: resolver.endpoint)
    client.write([])
    client.write([1, 2, 3])
    client.write(NameMessage.answer(to: NameMessage.query("db.internal"), address: [1, 1, 1, 1]))
    client.write([7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 0x0C, 0, 1, 0, 1])
    #expect(client.read() == [7, 7, 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(ReadAnswer(client.ask(NameMessage.query("db.internal")))?.code == 0)
    #expect(resolver.statistics.malformed == 4)
  }

  // MARK: Addresses

  @Test func theAnswerComesFromWhereTheQueryWent() throws {
    let resolver = try RunningResolver(
      before: [try ScriptedNameServer()], listen: [IPEndpoint(.every(.v4), port: 0)])
    for last in UInt8(1)...3 {
      // The client's socket is connected: from any other address the kernel would drop the answer.
      let address = try #require(IPAddress(bytes: [127, 0, 0, last]))
      let client = try NameClient(to: IPEndpoint(address, port: resolver.endpoint.port))
      #expect(ReadAnswer(client.ask(NameMessage.query("db.internal")))?.code == 0)
    }
  }

  @Test(.enabled(if: NameSocket.isOwn(.loopbackV6), "this machine has no IPv6 loopback"))
  func bothFamiliesAreServed() throws {
    let resolver = try RunningResolver(
      before: [try ScriptedNameServer()],
      listen: [
        IPEndpoint(.every(.v6), port: 0), IPEndpoint(.loopbackV6, port: 0),
        IPEndpoint(.every(.v4), port: 0),
      ])
    #expect(Set(resolver.endpoints.map(\.port)).count == 3)
    for endpoint in resolver.endpoints {
      let address: IPAddress = endpoint.address.family == .v4 ? .loopbackV4 : .loopbackV6
      let client = try NameClient(to: IPEndpoint(address, port: endpoint.port))
      #expect(ReadAnswer(client.ask(NameMessage.query("db.internal")))?.code == 0)
    }
  }

  // MARK: Starting and ending

  @Test func whatCantWorkIsRefused() throws {
    let server = try ScriptedNameServer()
    let loop = try EventLoop()
    let resolver = ResolverServer(on: loop)
    func problem(_ listen: [IPEndpoint], _ upstreams: [IPEndpoint]) -> ResolverProblem? {
      do throws(ResolverProblem) {
        try resolver.start(ResolverSettings(listen: listen, upstreams: upstreams))
        return nil
      } catch {
        return error
      }
    }
    let free = try LoopbackPort.closed()
    #expect(problem([], [server.endpoint]) == .noListener)
    #expect(problem([free], []) == .noUpstream)
    #expect(problem([free], [free]) == .ownUpstream(free))
    let every = IPEndpoint(.every(.v4), port: free.port)
    #expect(problem([every], [free]) == .ownUpstream(free))
    let taken = problem([free, server.endpoint], [server.endpoint, server.endpoint])
    #expect(taken == .ownUpstream(server.endpoint))
    let stranger = IPEndpoint(.loopbackV4, port: 53_999)
    guard case .system(let error)? = problem([free, server.endpoint], [stranger]) else {
      Issue.record("a port that is taken")
      return
    }
    #expect(error.code == EADDRINUSE)
    #expect(problem([free], [stranger]) == nil, "what had been opened is closed again")
    resolver.close()
    loop.run()
  }

  @Test func drainingAnswersWhatCame() throws {
    let server = try ScriptedNameServer { query in
      usleep(150_000)
      return [NameMessage.answer(to: query, address: [192, 0, 2, 1])]
    }
    let slow = try rule("held.internal", .slow(delay: .seconds(60), jitter: .zero))
    let resolver = try RunningResolver(before: [server], rules: [slow])
    let client = try NameClient(to: resolver.endpoint)
    let stream = try NameClient(to: resolver.endpoint, over: .stream)
    client.write(NameMessage.query("held.internal", id: 1))
    client.write(NameMessage.query("db.internal", id: 2))
    stream.write(StreamFrames.frame(NameMessage.query("db.internal", id: 3)))
    while resolver.statistics.queries < 3 { usleep(1_000) }
    resolver.drain(within: .seconds(5))
    #expect(Set([client.read(), client.read()].compactMap { ReadAnswer($0)?.id }) == [1, 2])
    #expect(ReadAnswer(stream.readFrame())?.id == 3)
    #expect(stream.readFrame() == nil)
    let late = try NameClient(to: resolver.endpoint, wait: 200)
    #expect(late.ask(NameMessage.query("db.internal")) == nil)
  }

  @Test func drainingHasALimit() throws {
    let silent = try ScriptedNameServer { _ in [] }
    let resolver = try RunningResolver(before: [silent])
    let client = try NameClient(to: resolver.endpoint)
    client.write(NameMessage.query("db.internal"))
    while resolver.statistics.forwarded < 1 { usleep(1_000) }
    let start = ContinuousClock.now
    resolver.drain(within: .milliseconds(100))
    #expect(ContinuousClock.now - start < .seconds(1.5))
  }
}
