import FoundationEssentials
import Model
import Testing

@Suite struct NameRuleTests {
  private static let address = IPAddress.loopbackV4

  static let rules: [(NameRule, String, String)] = [
    (
      NameRule(.every, answer: .fail(.nameError)), #"{"fail":"name_error","pattern":"*"}"#,
      "*: NXDOMAIN"
    ),
    (
      NameRule(
        .every, types: [.aaaa, .a], share: Percentage(fraction: 0.25),
        answer: .address([address, .loopbackV6], timeToLive: .seconds(5))),
      #"{"addresses":["127.0.0.1","::1"],"pattern":"*","share":0.25,"#
        + #""time_to_live_seconds":5,"types":["A","AAAA"]}"#,
      "* A,AAAA (25% of queries): 127.0.0.1, ::1"
    ),
    (
      NameRule(.every, answer: .slow(delay: .milliseconds(200), jitter: .milliseconds(50))),
      #"{"delay_seconds":0.2,"jitter_seconds":0.05,"pattern":"*"}"#, "*: 200ms ± 50ms later"
    ),
    (
      NameRule(.every, answer: .fail(.timeout)), #"{"fail":"timeout","pattern":"*"}"#,
      "*: no answer"
    ),
  ]

  @Test(arguments: rules) func rulesAreReadableJSON(rule: NameRule, json: String, shown: String)
    throws
  {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let data = try encoder.encode(rule)
    #expect(String(decoding: data, as: UTF8.self) == json)
    #expect(try JSONDecoder().decode(NameRule.self, from: data) == rule)
    #expect(rule.shown == shown)
  }

  @Test(arguments: [
    "{}", #"{"pattern":"a b","fail":"refused"}"#, #"{"pattern":"*"}"#,
    #"{"pattern":"*","fail":"x"}"#, #"{"pattern":"*","fail":"refused","share":1.5}"#,
    #"{"pattern":"*","delay_seconds":-1}"#, #"{"pattern":"*","addresses":["x"]}"#,
    #"{"pattern":"*","fail":"refused","types":["A B"]}"#,
  ]) func whatIsNoRuleIsNone(json: String) {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(NameRule.self, from: Data(json.utf8))
    }
  }

  @Test(arguments: [
    ("A", 1), ("aaaa", 28), ("TYPE65", 65), ("type9", 9), ("Https", 65),
  ]) func typesHaveNamesAndNumbers(text: String, number: UInt16) throws {
    let type = try #require(NameQueryType(text: text))
    #expect(type.number == number)
    #expect(NameQueryType(text: type.text) == type)
  }

  @Test(arguments: ["", "TYPE", "TYPE-1", "TYPE+1", "TYPE65536", "B"])
  func whatIsNoTypeIsNone(text: String) {
    #expect(NameQueryType(text: text) == nil)
  }

  @Test func settingsAreReadableJSON() throws {
    let settings = ResolverSettings(
      listen: [IPEndpoint(.loopbackV4, port: 5353)],
      upstreams: [IPEndpoint(.loopbackV6, port: 53)], mark: 7, rules: Self.rules.map(\.0), seed: 3)
    let data = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(ResolverSettings.self, from: data) == settings)
  }
}
