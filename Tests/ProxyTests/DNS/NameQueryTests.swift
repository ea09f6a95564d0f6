import Model
import Testing

@testable import Proxy

@Suite struct NameQueryTests {
  private func malformed(_ bytes: [UInt8]) -> NameQuery.Malformed? {
    do throws(NameQuery.Malformed) {
      _ = try NameQuery(bytes)
      return nil
    } catch {
      return error
    }
  }

  private func code(_ bytes: [UInt8]) -> ResponseCode? {
    guard case .answerable(_, let code)? = malformed(bytes) else { return nil }
    return code
  }

  @Test func aQueryIsRead() throws {
    let query = try NameQuery(
      NameMessage.query("DB.Internal", .aaaa, options: [0, 10, 0, 1, 7], datagramSize: 4_000))
    #expect(query.question.name == DomainName(labels: ["db", "internal"].map { Array($0.utf8) }))
    #expect(query.question.type == .aaaa)
    #expect(query.question.space == NameQuestion.internet)
    #expect(
      query.extended == NameQuery.Extension(datagramSize: 4_000, wantsSignatures: false))
    #expect(query.header.flags == .recursionDesired)
  }

  @Test func theRootIsAName() throws {
    #expect(try NameQuery(NameMessage.query("")).question.name == .root)
  }

  @Test func everyCutOfAQueryIsToldApart() {
    let whole = NameMessage.query("db.internal", options: [0, 10, 0, 1, 7])
    for size in 0..<whole.count {
      switch malformed(Array(whole.prefix(size))) {
      case .unanswerable?: #expect(size < MessageReader.headerSize)
      case .answerable(let header, let code)?:
        #expect(size >= MessageReader.headerSize)
        #expect(header.id == 0x1234 && code == .formatError)
      case nil: Issue.record("\(size) bytes of \(whole.count) pass for a query")
      }
    }
  }

  @Test func aResponseIsNeverAnswered() {
    var bytes = NameMessage.query("db.internal")
    bytes[2] |= 0x80
    guard case .unanswerable? = malformed(bytes) else {
      Issue.record("two servers would answer each other for ever")
      return
    }
  }

  @Test(arguments: [0, 2, 65_535]) func oneQuestionIsAsked(count: Int) {
    var bytes = NameMessage.query("db.internal")
    bytes[4] = UInt8(count >> 8)
    bytes[5] = UInt8(count & 0xFF)
    #expect(code(bytes) == .formatError)
  }

  @Test func aConversationIsNotImplemented() {
    // DSO, RFC 8490: operation 6, no question.
    #expect(code([0, 1, 0x30, 0, 0, 0, 0, 0, 0, 0, 0, 0]) == .notImplemented)
  }

  @Test(arguments: [
    [0xC0, 0x0C],  // A pointer to itself.
    [0xC0, 0x0E, 0xC0, 0x0C],  // Two that point to each other.
    [0x40, 0x61, 0],  // A kind of label that was given up.
    [0x80, 0x61, 0],
    [3, 0x61, 0x62, 0x63, 0xC0, 0x0C],
  ]) func aQuestionHasNoPointer(name: [UInt8]) {
    let head: [UInt8] = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    #expect(code(head + name + [0, 1, 0, 1]) == .formatError)
  }

  @Test func theLongestNameIsReadAndNoLongerOne() {
    let label = String(repeating: "a", count: 63)
    let longest = [label, label, label, String(repeating: "b", count: 61)]
      .joined(separator: ".")
    #expect(malformed(NameMessage.query(longest)) == nil)
    #expect(code(NameMessage.query(longest + "b")) == .formatError)
    #expect(malformed(NameMessage.query(String(repeating: "a.", count: 127))) == nil)
    #expect(code(NameMessage.query(String(repeating: "a.", count: 128))) == .formatError)
  }

  @Test func moreRecordsThanThereAreEndWithTheMessage() {
    var bytes = NameMessage.query("db.internal")
    for index in 6..<12 { bytes[index] = 0xFF }
    #expect(code(bytes) == .formatError)
  }

  @Test func twoExtensionsAreAnError() {
    var bytes = NameMessage.query("db.internal", options: [])
    bytes += bytes.suffix(11)
    bytes[11] = 2
    #expect(code(bytes) == .formatError)
  }

  // MARK: Whether a message is the answer

  @Test func onlyTheAnswerToTheQuestionIsOne() throws {
    let query = try NameQuery(NameMessage.query("db.internal"))
    let answer = NameMessage.answer(to: query.bytes(withID: 7), address: [192, 0, 2, 1])
    #expect(query.isAnswered(by: answer, id: 7))
    #expect(!query.isAnswered(by: answer, id: 8))
    #expect(!query.isAnswered(by: query.bytes(withID: 7), id: 7), "a query is no answer")
    let upper = NameMessage.answer(
      to: NameMessage.query("DB.INTERNAL", id: 7), address: [192, 0, 2, 1])
    #expect(query.isAnswered(by: upper, id: 7))
    for other in [
      NameMessage.query("db.interna1", id: 7), NameMessage.query("db.internal", .aaaa, id: 7),
    ] {
      #expect(!query.isAnswered(by: NameMessage.answer(to: other, address: [1, 1, 1, 1]), id: 7))
    }
    #expect(!query.isAnswered(by: Array(answer.prefix(20)), id: 7))
  }

  @Test func anErrorMayLeaveTheQuestionOut() throws {
    let query = try NameQuery(NameMessage.query("db.internal"))
    #expect(query.isAnswered(by: [0, 7, 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0], id: 7))
    #expect(!query.isAnswered(by: [0, 7, 0x81, 0x83, 0, 0, 0, 0, 0, 0, 0, 0], id: 7))
  }

  @Test func aForwardedQueryDiffersInItsIdAlone() throws {
    let bytes = NameMessage.query("db.internal", options: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8])
    let forwarded = try NameQuery(bytes).bytes(withID: 0xABCD)
    #expect(forwarded.prefix(2) == [0xAB, 0xCD])
    #expect(forwarded.dropFirst(2) == bytes.dropFirst(2))
  }
}
