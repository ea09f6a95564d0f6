import Model
import Testing

@testable import Proxy

@Suite(.serialized) struct StreamClientTests {
  private func frame(_ name: String, id: UInt16) -> [UInt8] {
    StreamFrames.frame(NameMessage.query(name, id: id))
  }

  @Test func aConnectionCarriesManyQueriesInAnyPieces() throws {
    let server = try ScriptedNameServer()
    let failing = NameRule(try NamePattern("gone.internal"), answer: .fail(.nameError))
    let resolver = try RunningResolver(before: [server], rules: [failing])
    let client = try NameClient(to: resolver.endpoint, over: .stream)
    let queries = (UInt16(1)...60).map { frame($0 % 3 == 0 ? "gone.internal" : "a.org", id: $0) }
    let stream = Array(queries.joined())
    for start in stride(from: 0, to: stream.count, by: 97) {
      client.write(Array(stream[start..<min(stream.count, start + 97)]))
    }
    // The client has no more to ask, and still wants its answers: RFC 7766, 6.2.3.
    client.finishWriting()
    var codes: [UInt16: UInt16] = [:]
    while let answer = ReadAnswer(client.readFrame()) { codes[answer.id] = answer.code }
    #expect(codes.count == 60)
    #expect(codes.allSatisfy { $0.value == ($0.key % 3 == 0 ? 3 : 0) })
    #expect(resolver.statistics.queries == 60)
  }

  @Test func noMoreThanTheLimitAreUnderWay() throws {
    let server = try ScriptedNameServer()
    var limits = ResolverLimits()
    limits.queriesPerConnection = 4
    let slow = NameRule(.every, answer: .slow(delay: .milliseconds(100), jitter: .zero))
    let resolver = try RunningResolver(before: [server], rules: [slow], limits: limits)
    let client = try NameClient(to: resolver.endpoint, over: .stream)
    client.write(Array((UInt16(1)...8).map { frame("a.org", id: $0) }.joined()))
    let start = ContinuousClock.now
    for _ in 1...8 { #expect(client.readFrame() != nil) }
    #expect(ContinuousClock.now - start >= .milliseconds(200), "four at a time")
  }

  @Test func rubbishEndsAConnection() throws {
    let resolver = try RunningResolver(before: [try ScriptedNameServer()])
    let client = try NameClient(to: resolver.endpoint, over: .stream)
    client.write([0, 3, 1, 2, 3] + frame("a.org", id: 1))
    #expect(client.readFrame() == nil)
    #expect(resolver.statistics.malformed == 1 && resolver.statistics.queries == 1)
  }

  @Test func whoSendsNothingWholeIsLetGo() throws {
    var limits = ResolverLimits()
    limits.idle = .milliseconds(200)
    let resolver = try RunningResolver(before: [try ScriptedNameServer()], limits: limits)
    let idle = try NameClient(to: resolver.endpoint, over: .stream)
    let slow = try NameClient(to: resolver.endpoint, over: .stream)
    slow.write([0, 40, 1])
    #expect(idle.read() == [])
    #expect(slow.read() == [])
  }

  @Test func silenceByTCPIsNoEndOfTheConnection() throws {
    let silent = NameRule(try NamePattern("gone.internal"), answer: .fail(.timeout))
    let resolver = try RunningResolver(before: [try ScriptedNameServer()], rules: [silent])
    let client = try NameClient(to: resolver.endpoint, over: .stream)
    client.write(frame("gone.internal", id: 1) + frame("a.org", id: 2))
    #expect(ReadAnswer(client.readFrame())?.id == 2)
  }

  @Test func connectionsAboveTheLimitAreClosed() throws {
    var limits = ResolverLimits()
    limits.connections = 2
    let resolver = try RunningResolver(before: [try ScriptedNameServer()], limits: limits)
    let clients = try (0..<3).map { _ in try NameClient(to: resolver.endpoint, over: .stream) }
    #expect(clients[2].read()?.isEmpty != false)
    for client in clients.prefix(2) {
      client.write(frame("a.org", id: 1))
      #expect(client.readFrame() != nil)
    }
    #expect(resolver.statistics.overLimit == 1)
  }
}
