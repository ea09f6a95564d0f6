import Model
import Testing

@Suite struct QueueLimitTests {
  private func limit(_ shaping: Shaping, _ lineRate: Int?) -> Shaping.QueueLimit {
    shaping.queueLimit(lineRate: lineRate)
  }

  @Test(arguments: [
    // 1 Gbit/s for 100 ms is 12.5 MB, which is 36,765 packets of 340 bytes.
    (1_000_000_000, Duration.milliseconds(100), 36_765, true),
    (100_000_000, .milliseconds(100), 3_677, true),
    // Never less than the kernel's own.
    (100_000_000, .milliseconds(1), 1_000, true),
    // 256 MiB of the kernel's memory, at 2,304 bytes each.
    (100_000_000_000, .seconds(1), 116_508, false),
  ]) func whatComesWithinTheDelayIsHeld(
    rate: Int, delay: Duration, packets: Int, isEnough: Bool
  ) {
    let found = limit(Shaping(delay: .init(delay)), rate)
    #expect(found.packets == packets)
    #expect(found.isEnough == isEnough)
  }

  @Test func whereNobodyKnowsTheLineItIsTenGigabits() {
    let shaping = Shaping(delay: .init(.milliseconds(20)))
    #expect(limit(shaping, nil) == limit(shaping, 10_000_000_000))
  }

  @Test func jitterAndItsTailAreHeldToo() {
    func packets(_ distribution: Shaping.Distribution) -> Int {
      limit(
        Shaping(
          delay: .init(
            .milliseconds(10), jitter: .milliseconds(10), distribution: distribution)),
        1_000_000_000
      ).packets
    }
    // 20 ms, and 50 ms: the tables end at four times the jitter.
    #expect(packets(.uniform) == 7_353)
    #expect(packets(.normal) == 18_383)
  }

  @Test func aSlowLinkHoldsTheWindowOfAConnection() {
    let slow = limit(
      Shaping(delay: .init(.milliseconds(400)), rate: .init(bitsPerSecond: 400_000)), nil)
    #expect(slow.packets * 340 >= 4 << 20)
    #expect(slow.packets < 14_000 && slow.isEnough)
  }

  @Test func copiesTakePlaceToo() {
    let delay = Shaping.Delay(.milliseconds(100))
    let all = Shaping(delay: delay, duplication: .init(Percentage(fraction: 1)))
    #expect(limit(all, 1_000_000_000).packets == 73_530)
  }

  @Test func theWordsHaveTheLimit() {
    let shaping = Shaping(delay: .init(.milliseconds(100)))
    #expect(
      shaping.qdiscs(lineRate: 1_000_000_000)
        == [["netem", "limit", "36765", "delay", "100ms"]])
  }
}
