import Testing

@testable import Model

/// Several shapings of the same packets, as the qdiscs of one device.
@Suite struct ShapingCombinationTests {
  private static func chance(_ percent: Double, _ correlation: Double = 0) -> Shaping.Chance {
    Shaping.Chance(
      Percentage(fraction: percent / 100), correlation: Percentage(fraction: correlation / 100))
  }

  private static func delay(_ milliseconds: Int, jitter: Int = 0) -> Shaping {
    Shaping(delay: .init(.milliseconds(milliseconds), jitter: .milliseconds(jitter)))
  }

  private static let narrow = Shaping(bandwidth: .init(bitsPerSecond: 10_000_000))
  private static let copying = Shaping(duplication: chance(20))
  private static func lossy(_ percent: Double) -> Shaping {
    Shaping(loss: .random(chance(percent)))
  }
  private static let overtaking = Shaping(
    delay: .init(.milliseconds(40)), reordering: .init(chance(25)))

  /// The qdiscs without their limits, whose size is another's matter.
  private static func words(_ shapings: [Shaping]) throws -> [String] {
    try Shaping.qdiscs(of: shapings).map { words in
      (words[0] == "netem" ? [words[0]] + words.dropFirst(3) : words).joined(separator: " ")
    }
  }

  @Test func eachHasItsOwnNetemAndDelaysAddUp() throws {
    #expect(
      try Self.words([Self.delay(100), Self.delay(50, jitter: 5), Self.lossy(30)])
        == ["netem delay 100ms", "netem delay 50ms 5ms", "netem loss random 30%"])
  }

  @Test func oneAloneIsAsItIs() throws {
    #expect(try Self.words([Self.overtaking]) == ["netem delay 40ms reorder 25%"])
    #expect(try Self.words([Self.copying]) == ["netem duplicate 20%"])
  }

  @Test func tokenBucketsComeLast() throws {
    let words = try Self.words([Self.narrow, Self.delay(100), Self.narrow])
    #expect(words.map { $0.prefix(5) } == ["netem", "tbf r", "tbf r"])
  }

  @Test func whatReordersIsInnermost() throws {
    #expect(
      try Self.words([Self.overtaking, Self.delay(30), Self.lossy(10)])
        == ["netem delay 30ms", "netem loss random 10%", "netem delay 40ms reorder 25%"])
  }

  @Test func whatDuplicatesIsTheOnlyNetem() throws {
    #expect(
      try Self.words([Self.delay(30), Self.copying, Self.delay(10, jitter: 2), Self.narrow])
        == [
          "netem delay 40ms 2ms duplicate 20%",
          "tbf rate 10000000bit burst 5000b latency 400ms",
        ])
    #expect(
      try Self.words([Self.lossy(10), Self.copying, Self.lossy(20)])
        == ["netem loss random 28% duplicate 20%"])
  }

  @Test(arguments: [
    ([copying, copying], ShapingConflict.two("duplications")),
    ([copying, delay(10, jitter: 1), delay(10, jitter: 1)], .two("jitters")),
    (
      [copying, lossy(1), Shaping(loss: .random(chance(1, 25)))], .two("losses with a correlation")
    ),
    (
      [
        copying, Shaping(rate: .init(bitsPerSecond: 8_000)),
        Shaping(rate: .init(bitsPerSecond: 9_000)),
      ], .two("rates")
    ),
    ([overtaking, overtaking], .two("reorderings")),
    ([overtaking, narrow], .overtaking("a bandwidth")),
    ([overtaking, copying, delay(10)], .overtaking("another delay")),
    (
      [overtaking, copying, Shaping(rate: .init(bitsPerSecond: 8_000))], .overtaking("a rate")
    ),
    (
      [copying, delay(200_000), delay(100_000)],
      .together(.time("delay", .milliseconds(300_000)))
    ),
  ])
  func whatCannotBeIsSaid(_ shapings: [Shaping], _ conflict: ShapingConflict) {
    #expect(throws: conflict) { try Shaping.qdiscs(of: shapings) }
  }
}
