import Model
import Testing

@testable import Proxy

@Suite struct NameResponseTests {
  private func addresses(_ texts: [String]) -> [IPAddress] {
    texts.compactMap { IPAddress(text: $0) }
  }

  @Test func aFailureIsTheQuestionAndACode() throws {
    let query = try NameQuery(NameMessage.query("Db.Internal"))
    let bytes = NameResponse.failure(.nameError, to: query)
    #expect(bytes == [0x12, 0x34, 0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0] + query.bytes.dropFirst(12))
    let answer = try #require(ReadAnswer(bytes))
    #expect(answer.authorities == 0, "with an SOA record it could be cached: RFC 2308, 5")
  }

  @Test func anExtendedQueryGetsAnExtendedResponse() throws {
    var bytes = NameMessage.query("db.internal", options: [0, 10, 0, 1, 7])
    bytes[bytes.count - 5 - 4] = 0x80  // The DO bit.
    let answer = try #require(
      ReadAnswer(NameResponse.failure(.refused, to: try NameQuery(bytes))))
    #expect(answer.code == 5)
    #expect(answer.additional == [.init(type: 41, timeToLive: 0x8000, data: [])])
  }

  @Test func addressesAreOfTheFamilyThatIsAskedFor() throws {
    let all = addresses(["192.0.2.1", "2001:db8::1", "192.0.2.2"])
    func answer(_ type: NameQueryType, _ addresses: [IPAddress]) throws -> ReadAnswer {
      let query = try NameQuery(NameMessage.query("db.internal", type))
      return try #require(
        ReadAnswer(
          NameResponse.addresses(
            addresses, timeToLive: .seconds(5), to: query, over: .datagram)))
    }
    #expect(try answer(.a, all).addresses == ["192.0.2.1", "192.0.2.2"])
    #expect(try answer(.aaaa, all).addresses == ["2001:db8::1"])
    #expect(try answer(.any, all).addresses.count == 3)
    #expect(try answer(.a, all).answers.map(\.timeToLive) == [5, 5])
    let empty = try answer(.aaaa, addresses(["192.0.2.1"]))
    #expect(empty.code == 0 && empty.answers.isEmpty, "the name exists, so it is no NXDOMAIN")
  }

  @Test(arguments: [(nil, 29, 30), (UInt16(1_232), 73, 74), (UInt16(65_535), 73, 74)])
  func whatDoesNotFitIsAskedForAgainByTCP(size: UInt16?, fits: Int, isCut: Int) throws {
    let query = try NameQuery(
      NameMessage.query(
        "db.internal.example.com", options: size.map { _ in [] }, datagramSize: size ?? 0))
    let many = (0..<isCut).compactMap { IPAddress(bytes: [10, 0, 0, UInt8($0)]) }
    func answer(_ count: Int, _ transport: Transport) throws -> ReadAnswer {
      try #require(
        ReadAnswer(
          NameResponse.addresses(
            Array(many.prefix(count)), timeToLive: .zero, to: query, over: transport)))
    }
    #expect(try answer(fits, .datagram).answers.count == fits)
    let cut = try answer(isCut, .datagram)
    #expect(cut.isTruncated && cut.answers.isEmpty)
    let whole = try answer(isCut, .stream)
    #expect(!whole.isTruncated && whole.answers.count == isCut)
  }

  @Test func aTimeToLiveHasItsHighestBitClear() throws {
    let query = try NameQuery(NameMessage.query("db.internal"))
    let bytes = NameResponse.addresses(
      addresses(["192.0.2.1"]), timeToLive: .seconds(1 << 40), to: query, over: .datagram)
    #expect(try #require(ReadAnswer(bytes)).answers.first?.timeToLive == 0x7FFF_FFFF)
  }

  @Test func aStreamIsCutWhereverItsPiecesEnd() {
    let messages: [[UInt8]] = [[1, 2, 3], [], Array(repeating: 7, count: 300)]
    let stream = messages.flatMap(StreamFrames.frame)
    for piece in [1, 2, 5, 1_000] {
      var frames = StreamFrames()
      var found: [[UInt8]] = []
      for start in stride(from: 0, to: stream.count, by: piece) {
        frames.append(stream[start..<min(stream.count, start + piece)])
        while let message = frames.next() { found.append(message) }
      }
      #expect(found == messages)
    }
  }
}
