import Testing

@testable import Model

@Suite struct SuggestionTests {
  @Test(arguments: [
    ("timout", "timeout"), ("tmieout", "timeout"), ("Timeout", "timeout"),
    ("while_faulted", "while-faulted"), ("steady_state_hypothesis", "steady-state-hypothesis"),
  ])
  func nearMisses(name: String, meant: String) {
    let known = ["timeout", "tolerance", "while-faulted", "steady-state-hypothesis"]
    #expect(Suggestion.nearest(to: name, among: known) == meant)
  }

  @Test func nothingIsSuggestedForWhatIsFarOff() {
    #expect(Suggestion.nearest(to: "banana", among: ["timeout"]) == nil)
    #expect(Suggestion.cure(for: "banana", among: ["a", "b"]) == "expected a, b")
    #expect(Suggestion.cure(for: "banana", among: []) == "nothing is expected here")
    let many = (10..<50).map { "kind\($0)" }
    #expect(Suggestion.cure(for: "banana", among: many).hasSuffix("kind29 and 20 more"))
  }

  @Test func distancesAreOfCharactersExchangedAddedOrLeftOut() {
    #expect(Suggestion.distance("", "abc") == 3)
    #expect(Suggestion.distance("kitten", "sitting") == 3)
    #expect(Suggestion.distance("ab", "ba") == 1)
  }
}
