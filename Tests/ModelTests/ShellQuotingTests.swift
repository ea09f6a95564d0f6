import Testing

@testable import Model

@Suite struct ShellQuotingTests {
  @Test(arguments: [
    ("plain", "plain"), ("/usr/bin/a-b_c.d", "/usr/bin/a-b_c.d"), ("", "''"),
    ("two words", "'two words'"), ("it's", #"'it'\''s'"#), ("$(id)", "'$(id)'"), ("ä", "'ä'"),
  ])
  func words(text: String, expected: String) {
    #expect(text.shellQuoted == expected)
  }
}
