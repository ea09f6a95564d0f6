import Testing

@testable import Model

@Suite struct SuggestionTests {
  @Test(arguments: [
    ("tolerence", "tolerance"), ("htpp", "http"), ("evry", "every"), ("tiemout", "timeout"),
    ("porcess.kill", "process.kill"),
  ])
  func nearMisses(wrong: String, right: String) {
    let known = ["tolerance", "http", "tcp", "every", "timeout", "process.kill", "process.pause"]
    #expect(Suggestion.nearest(to: wrong, among: known) == right)
  }

  @Test func farNamesSuggestNothing() {
    #expect(Suggestion.nearest(to: "banana", among: ["http", "tcp"]) == nil)
    #expect(Suggestion.cure(for: "banana", among: ["http", "tcp"]) == "expected http, tcp")
    #expect(Suggestion.cure(for: "banana", among: []) == "nothing is expected here")
  }

  @Test func longNamesCostNothing() {
    let long = String(repeating: "x", count: 1_000_000)
    #expect(Suggestion.nearest(to: long, among: ["http"]) == nil)
  }

  @Test(arguments: [("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("kitten", "sitting", 3)])
  func distances(a: String, b: String, expected: Int) {
    #expect(Suggestion.distance(a, b) == expected)
  }
}
