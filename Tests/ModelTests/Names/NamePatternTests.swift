import FoundationEssentials
import Model
import Testing

@Suite struct NamePatternTests {
  private func name(_ text: String) throws -> DomainName {
    try #require(DomainName(labels: text.split(separator: ".").map { Array($0.utf8) }))
  }

  @Test(arguments: [
    ("db.internal", "db.internal", true), ("DB.Internal.", "db.internal", true),
    ("db.internal", "a.db.internal", false), ("db.internal", "xdb.internal", false),
    ("*.internal", "a.internal", true), ("*.internal", "a.b.c.INTERNAL", true),
    ("*.internal", "internal", false), ("*.internal", "a.xinternal", false),
    ("*", "anything.at.all", true), ("*", "", true), ("_http._tcp.a", "_HTTP._tcp.a", true),
  ]) func namesMatchByLabels(pattern: String, subject: String, isMatch: Bool) throws {
    #expect(try NamePattern(pattern).matches(try name(subject)) == isMatch)
  }

  @Test(
    arguments: [
      ("", .empty), (".", .length), ("a..b", .length), (".a", .length), ("a.*", .wildcard),
      ("*a.b", .wildcard), ("a.*.b", .wildcard), ("*.*", .wildcard), ("a b", .character(" ")),
      ("münchen.de", .character("ü")), ("a/b", .character("/")),
      (String(repeating: "a", count: 64), .length),
      (String(repeating: "a.", count: 128), .length), ("*.", .wildcard),
    ] as [(String, NamePattern.Mistake)])
  func whatIsNoPatternSaysWhy(text: String, mistake: NamePattern.Mistake) {
    #expect(throws: mistake) { try NamePattern(text) }
  }

  @Test(arguments: ["*", "*.internal", "db.internal"])
  func patternsAreWrittenAsTheyAreRead(text: String) throws {
    let pattern = try NamePattern(text)
    #expect(pattern.text == text)
    let data = try JSONEncoder().encode([pattern])
    #expect(try JSONDecoder().decode([NamePattern].self, from: data) == [pattern])
  }

  @Test func oddLabelsAreShownSafely() throws {
    let name = try #require(DomainName(labels: [[0x41, 0x2E, 0x00], [0xFF, 0x5C]]))
    #expect(name.text == #"a\.\000.\255\\"#)
  }
}
