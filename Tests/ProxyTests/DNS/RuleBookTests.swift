import Model
import Testing

@testable import Proxy

@Suite struct RuleBookTests {
  private func query(_ name: String, _ type: NameQueryType = .a) throws -> NameQuery {
    try NameQuery(NameMessage.query(name, type))
  }

  private func rule(
    _ pattern: String, _ answer: NameRule.Answer, share: Double = 1,
    types: Set<NameQueryType>? = nil
  ) throws -> NameRule {
    NameRule(
      try NamePattern(pattern), types: types, share: Percentage(fraction: share), answer: answer)
  }

  @Test func theFirstRuleThatMatchesWins() throws {
    var book = RuleBook(
      [
        try rule("db.internal", .fail(.refused)), try rule("*.internal", .fail(.nameError)),
        try rule("*", .fail(.timeout), types: [.aaaa]),
      ], seed: 1)
    #expect(book.decide(about: try query("DB.internal")) == .fail(.refused))
    #expect(book.decide(about: try query("a.db.internal")) == .fail(.nameError))
    #expect(book.decide(about: try query("internal")) == .forward)
    #expect(book.decide(about: try query("example.org", .aaaa)) == .silence)
    #expect(book.decide(about: try query("example.org")) == .forward)
    #expect(book.matched == [1, 1, 1])
  }

  @Test func whatIsNoQueryOfTheInternetIsForwarded() throws {
    var book = RuleBook([try rule("*", .fail(.refused))], seed: 1)
    var chaos = NameMessage.query("version.bind")
    chaos[chaos.count - 1] = 3
    #expect(book.decide(about: try NameQuery(chaos)) == .forward)
    var notify = NameMessage.query("example.org")
    notify[2] |= 4 << 3
    #expect(book.decide(about: try NameQuery(notify)) == .forward)
  }

  @Test func wrongAddressesAreForQueriesOfAddresses() throws {
    let answer = NameRule.Answer.address([.loopbackV4], timeToLive: .zero)
    var book = RuleBook([try rule("db.internal", answer)], seed: 1)
    for type in [NameQueryType.a, .aaaa, .https, .any] {
      #expect(book.decide(about: try query("db.internal", type)) != .forward)
    }
    #expect(
      book.decide(about: try query("db.internal", NameQueryType(number: 15))) == .forward)
  }

  @Test func aShareIsDrawnFromTheSeedAndTheRestGoesToTheNextRule() throws {
    let rules = [
      try rule("*", .fail(.refused), share: 0.3), try rule("*", .fail(.nameError), share: 0.5),
    ]
    func run(seed: Int) throws -> (matched: [Int], decisions: [RuleBook.Decision]) {
      var book = RuleBook(rules, seed: seed)
      let asked = try query("db.internal")
      let decisions = (0..<10_000).map { _ in book.decide(about: asked) }
      return (book.matched, decisions)
    }
    let first = try run(seed: 7)
    #expect(try run(seed: 7).decisions == first.decisions)
    #expect(try run(seed: 8).decisions != first.decisions)
    // Four standard deviations of a binomial of 10,000: 0.3 and, of the rest, 0.5.
    #expect(abs(first.matched[0] - 3_000) < 184)
    #expect(abs(first.matched[1] - 3_500) < 191)
  }

  @Test func jitterStaysWithinItsBounds() throws {
    var book = RuleBook(
      [try rule("*", .slow(delay: .milliseconds(10), jitter: .milliseconds(20)))], seed: 3)
    let asked = try query("db.internal")
    let delays = (0..<2_000).compactMap { _ -> Duration? in
      guard case .hold(let delay, _) = book.decide(about: asked) else { return nil }
      return delay
    }
    #expect(delays.count == 2_000)
    #expect(delays.allSatisfy { $0 >= .zero && $0 <= .milliseconds(30) })
    #expect(delays.contains(.zero) && delays.contains { $0 > .milliseconds(29) })
  }

  @Test func aRuleThatStaysKeepsItsCount() throws {
    let first = try rule("a", .fail(.refused))
    let second = try rule("b", .fail(.refused))
    var book = RuleBook([first, second], seed: 1)
    _ = book.decide(about: try query("b"))
    book.replace(by: [second])
    #expect(book.matched == [1])
    book.replace(by: [first, second])
    #expect(book.matched == [0, 1])
  }
}
