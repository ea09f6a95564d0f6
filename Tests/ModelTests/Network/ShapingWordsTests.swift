import FoundationEssentials
import Testing

@testable import Model

/// The words for tc, of which those of the peers' tests name their origin.
@Suite struct ShapingWordsTests {
  private static func share(_ percent: Double) -> Percentage {
    Percentage(fraction: percent / 100)
  }

  private static func chance(_ percent: Double, _ correlation: Double = 0) -> Shaping.Chance {
    Shaping.Chance(share(percent), correlation: share(correlation))
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var origin: String
    var shaping: Shaping
    /// The words after `netem limit N`, or the whole of a token bucket.
    var words: String
    var testDescription: String { "\(origin): \(words)" }
  }

  // The figures are those of the peers' tests; their bare numbers are microseconds and percent.
  static let chaosMesh: [Case] = [
    ("delay 1000", Shaping(delay: .init(.microseconds(1_000))), "delay 1ms"),
    (
      "a correlation without jitter is left out",
      Shaping(delay: .init(.microseconds(1_000), correlation: share(25))), "delay 1ms"
    ),
    (
      "delay 1000 10000 25", Shaping(delay: jittered(correlation: 25)), "delay 1ms 10ms 25%"
    ),
    ("loss 100", Shaping(loss: .random(chance(100))), "loss random 100%"),
    ("loss 50 12", Shaping(loss: .random(chance(50, 12))), "loss random 50% 12%"),
    (
      "delay and reorder 5 10 gap 10",
      Shaping(
        delay: jittered(correlation: 25), reordering: .init(chance(5, 10), gap: 10)),
      "delay 1ms 10ms 25% reorder 5% 10% gap 10"
    ),
    (
      "reorder without a correlation",
      Shaping(delay: jittered(correlation: 25), reordering: .init(chance(5), gap: 10)),
      "delay 1ms 10ms 25% reorder 5% gap 10"
    ),
    ("duplicate 10", Shaping(duplication: chance(10)), "duplicate 10%"),
    ("duplicate 10 50", Shaping(duplication: chance(10, 50)), "duplicate 10% 50%"),
    ("corrupt 10", Shaping(corruption: chance(10)), "corrupt 10%"),
    ("corrupt 10 50", Shaping(corruption: chance(10, 50)), "corrupt 10% 50%"),
    (
      "complicate cases",
      Shaping(
        delay: jittered(correlation: 0), corruption: chance(10, 50),
        reordering: .init(chance(5), gap: 10)),
      "delay 1ms 10ms reorder 5% gap 10 corrupt 10% 50%"
    ),
    (
      "delay with rate",
      Shaping(delay: jittered(correlation: 0), rate: .init(bitsPerSecond: 8_000)),
      "delay 1ms 10ms rate 8000bit"
    ),
  ].map { Case(origin: "chaos-mesh, Test_convertNetemToArgs, \($0)", shaping: $1, words: $2) }

  static let pumba: [Case] = [
    (
      "delay_test.go, jitter and correlation",
      Shaping(
        delay: .init(.milliseconds(200), jitter: .milliseconds(50), correlation: share(25.5))),
      "delay 200ms 50ms 25.5%"
    ),
    (
      "delay_test.go, distribution",
      Shaping(
        delay: .init(.milliseconds(100), jitter: .milliseconds(20), distribution: .normal)),
      "delay 100ms 20ms distribution normal"
    ),
    (
      "combine_test.go",
      Shaping(
        delay: .init(
          .milliseconds(200), jitter: .milliseconds(50), correlation: share(25.5),
          distribution: .normal),
        loss: .random(chance(10, 5)), corruption: chance(1), duplication: chance(3),
        rate: .init(bitsPerSecond: 100_000)),
      "delay 200ms 50ms 25.5% distribution normal loss random 10% 5% corrupt 1% duplicate 3% "
        + "rate 100000bit"
    ),
    (
      "loss-state --p13 --p31 --p32 --p23 --p14",
      Shaping(
        loss: .state(
          p13: share(10), p31: share(20), p32: share(30), p23: share(40), p14: share(5))),
      "loss state 10% 20% 30% 40% 5%"
    ),
    (
      "loss-gemodel --pg --pb --one-h --one-k",
      Shaping(
        loss: .gilbertElliott(
          p: share(1), r: share(10), lossInBad: share(70), lossInGood: share(0.1))),
      "loss gemodel 1% 10% 70% 0.1%"
    ),
    (
      "rate --packetoverhead --cellsize --celloverhead",
      Shaping(
        rate: .init(
          bitsPerSecond: 100_000, packetOverhead: 20, cellSize: 48, cellOverhead: 5)),
      "rate 100000bit 20 48 5"
    ),
  ].map { Case(origin: "pumba, \($0)", shaping: $1, words: $2) }

  static let others: [Case] = [
    Case(
      origin: "krkn, latency 100ms loss 10 in one qdisc",
      shaping: Shaping(delay: .init(.milliseconds(100)), loss: .random(chance(10))),
      words: "delay 100ms loss random 10%"),
    Case(
      origin: "krkn, bandwidth 100mbit",
      shaping: Shaping(bandwidth: .init(bitsPerSecond: 100_000_000)),
      words: "tbf rate 100000000bit burst 50000b latency 400ms"),
    Case(
      origin: "litmus, NETWORK_BANDWIDTH 1mbit BURST 32kb LIMIT 2mb",
      shaping: Shaping(
        bandwidth: .init(bitsPerSecond: 1_000_000, burst: 32_768, queue: .bytes(2_097_152))),
      words: "tbf rate 1000000bit burst 32768b limit 2097152b"),
    Case(
      origin: "jepsen, :delay {time 50ms jitter 10ms correlation 25% distribution normal}",
      shaping: Shaping(
        delay: .init(
          .milliseconds(50), jitter: .milliseconds(10), correlation: share(25),
          distribution: .normal)),
      words: "delay 50ms 10ms 25% distribution normal"),
    Case(
      origin: "tc-netem(8), headers that are taken away",
      shaping: Shaping(rate: .init(bitsPerSecond: 5_000_000, packetOverhead: -14)),
      words: "rate 5000000bit -14"),
    Case(
      origin: "parts of a millisecond", shaping: Shaping(delay: .init(.microseconds(1_500))),
      words: "delay 1500us"),
    Case(
      origin: "a small share", shaping: Shaping(loss: .random(chance(0.01))),
      words: "loss random 0.01%"),
  ]

  private static func jittered(correlation: Double) -> Shaping.Delay {
    Shaping.Delay(
      .microseconds(1_000), jitter: .microseconds(10_000), correlation: share(correlation))
  }

  @Test(arguments: chaosMesh + pumba + others) func wordsAreThoseOfThePeers(expected: Case) throws {
    // They leave it out; our authors are told.
    #expect(expected.shaping.problems.allSatisfy { $0 == .correlationWithoutJitter })
    let qdiscs = expected.shaping.qdiscs()
    #expect(qdiscs.count == 1)
    var words = try #require(qdiscs.first)
    if words.first == "netem" {
      #expect(words[1] == "limit")
      words.removeFirst(3)
    }
    #expect(words.joined(separator: " ") == expected.words)
    let data = try JSONEncoder().encode(expected.shaping)
    #expect(try JSONDecoder().decode(Shaping.self, from: data) == expected.shaping)
  }

  @Test func aTokenBucketHangsInItsNetem() {
    let shaping = Shaping(
      delay: .init(.milliseconds(100)), bandwidth: .init(bitsPerSecond: 1_000_000))
    #expect(shaping.qdiscs().map(\.first) == ["netem", "tbf"])
  }
}
