import Model
import Testing

@Suite struct ShapingProblemTests {
  private static func chance(_ fraction: Double) -> Shaping.Chance {
    Shaping.Chance(Percentage(fraction: fraction))
  }

  @Test(
    arguments: [
      (Shaping(), .nothing),
      (Shaping(delay: .init(.zero)), .time("delay", .zero)),
      (Shaping(delay: .init(.seconds(-1))), .time("delay", .seconds(-1))),
      // tc takes 275 s for an error, and 4295 s for 33 ms.
      (Shaping(delay: .init(.seconds(275))), .time("delay", .seconds(275))),
      (Shaping(delay: .init(.seconds(4_295))), .time("delay", .seconds(4_295))),
      (Shaping(delay: .init(.zero, jitter: .milliseconds(1))), .jitterWithoutDelay),
      (
        Shaping(delay: .init(.seconds(1), distribution: .normal)), .distributionWithoutJitter
      ),
      (Shaping(loss: .random(chance(0))), .never("loss")),
      (Shaping(corruption: chance(0)), .never("corruption")),
      (
        Shaping(
          loss: .gilbertElliott(
            p: .none, r: Percentage(fraction: 0.1), lossInBad: .all, lossInGood: .none)),
        .never("loss")
      ),
      (
        Shaping(
          loss: .gilbertElliott(
            p: Percentage(fraction: 0.1), r: .none, lossInBad: .all, lossInGood: .none)),
        .endless("r")
      ),
      (
        Shaping(
          loss: .state(
            p13: Percentage(fraction: 0.1), p31: .none, p32: .all, p23: .all, p14: .none)),
        .endless("p31")
      ),
      (Shaping(reordering: .init(chance(0.1))), .reorderingWithoutDelay),
      (
        Shaping(delay: .init(.seconds(1)), reordering: .init(chance(0.1), gap: 0)), .gap(0)
      ),
      (Shaping(rate: .init(bitsPerSecond: 7)), .rate("rate", 7)),
      (Shaping(rate: .init(bitsPerSecond: 8, cellOverhead: 5)), .cells),
      (Shaping(bandwidth: .init(bitsPerSecond: 0)), .rate("bandwidth", 0)),
      (Shaping(bandwidth: .init(bitsPerSecond: 1_000_000, burst: 100)), .burst(100)),
      (Shaping(bandwidth: .init(bitsPerSecond: 8)), .slow(8)),
      (Shaping(bandwidth: .init(bitsPerSecond: 1_000_000, queue: .bytes(0))), .queue),
      (
        Shaping(bandwidth: .init(bitsPerSecond: 40_000_000_000, queue: .latency(.seconds(1)))),
        .queue
      ),
      (
        Shaping(
          rate: .init(bitsPerSecond: 1_000), bandwidth: .init(bitsPerSecond: 1_000_000)),
        .twoRates
      ),
    ] as [(Shaping, ShapingProblem)])
  func whatCantBeMadeIsAProblem(shaping: Shaping, problem: ShapingProblem) {
    #expect(shaping.problems == [problem])
    #expect(!problem.text.isEmpty)
  }
}
