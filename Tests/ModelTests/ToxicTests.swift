import FoundationEssentials
import Model
import Testing

@Suite struct ToxicTests {
  private static let all: [Toxic] = [
    .latency(delay: .milliseconds(100), jitter: .milliseconds(10)),
    .bandwidth(bytesPerSecond: 1000), .slowClose(delay: .seconds(1)), .timeout(after: nil),
    .timeout(after: .seconds(1)), .reset(after: .zero),
    .slice(averageSize: 10, variation: 9, delay: .microseconds(10)), .limitData(bytes: 0), .down,
    .httpDelay(HTTPMatch(path: Pattern("^/a")), delay: .seconds(1), jitter: .zero),
    .httpAbort(HTTPMatch(method: "GET", share: 0.5), status: 503),
    .httpReplace(
      HTTPMatch(), HTTPReplacement(status: 200, headers: [.init("A", "b")], body: "c")),
  ]

  @Test func settingsSurviveTheirCoding() throws {
    let settings = ProxySettings(
      listen: [IPEndpoint(.loopbackV6, port: 80)], upstream: .originalDestination, mark: 7,
      toxics: Self.all.enumerated().map { PlacedToxic("\($0)", $1, stream: .both, share: 0.5) },
      seed: .max)
    let data = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(ProxySettings.self, from: data) == settings)
    try settings.toxics.check()
  }

  @Test(
    arguments: [
      .latency(delay: .seconds(-1), jitter: .zero), .latency(delay: .zero, jitter: .seconds(-1)),
      .latency(delay: .seconds(1e9), jitter: .zero), .bandwidth(bytesPerSecond: 0),
      .slice(averageSize: 0, variation: 0, delay: .zero),
      .slice(averageSize: 5, variation: 5, delay: .zero),
      .slice(averageSize: 5, variation: -1, delay: .zero), .limitData(bytes: -1),
      .httpAbort(HTTPMatch(), status: 101), .httpAbort(HTTPMatch(), status: 600),
      .httpAbort(HTTPMatch(method: "G T"), status: 500),
      .httpAbort(HTTPMatch(share: 1.5), status: 500),
      .httpAbort(HTTPMatch(share: .nan), status: 500),
      .httpReplace(HTTPMatch(), HTTPReplacement(headers: [.init("A", "b\r\nC: d")])),
      .httpReplace(HTTPMatch(), HTTPReplacement(headers: [.init("Content-Length", "3")])),
      .httpReplace(HTTPMatch(), HTTPReplacement(headers: [.init("A b", "c")])),
      .httpReplace(HTTPMatch(), HTTPReplacement(body: String(repeating: "a", count: 2 << 20))),
    ] as [Toxic])
  func whatNoProxyCanDoIsRefused(toxic: Toxic) {
    #expect(throws: ToxicProblem.self) { try [PlacedToxic("a", toxic)].check() }
  }

  @Test func namesAreUniqueAndSharesAreShares() {
    let toxic = PlacedToxic("a", .down)
    #expect(throws: ToxicProblem.self) { try [toxic, toxic].check() }
    #expect(throws: ToxicProblem.self) { try [PlacedToxic("", .down)].check() }
    #expect(throws: ToxicProblem.self) { try [PlacedToxic("a", .down, share: 1.1)].check() }
    #expect(throws: ToxicProblem.self) { try [PlacedToxic("a", .down, share: .nan)].check() }
    let many = (0...[PlacedToxic].most).map { PlacedToxic("\($0)", .down) }
    #expect(throws: ToxicProblem.self) { try many.check() }
  }
}
