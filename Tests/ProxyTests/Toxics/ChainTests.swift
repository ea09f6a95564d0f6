import Model
import Testing

@testable import Proxy

/// A chain on a clock of its own.
private struct Bench {
  var chain = Chain()
  var now: Duration = .seconds(1000)
  /// What came out, and when it was due.
  var output: [Parcel] = []

  init(_ toxics: [PlacedToxic]) {
    apply(toxics)
  }

  mutating func apply(_ toxics: [PlacedToxic]) {
    chain.apply(toxics, at: now, into: &output) { name in SplitMix(seed: UInt64(name.utf8.count)) }
  }

  mutating func take(_ text: String) { take(.bytes(Array(text.utf8)[...])) }

  mutating func take(_ content: Parcel.Content) {
    chain.take(Parcel(content, at: now), at: now, into: &output)
  }

  /// Lets time pass, and wakes the chain exactly when it asks for it.
  mutating func pass(_ time: Duration) {
    let end = now + time
    while let due = chain.due, due <= end {
      now = max(now, due)
      chain.release(at: now, into: &output)
    }
    now = end
  }

  var bytes: [UInt8] {
    output.flatMap { parcel in
      if case .bytes(let bytes) = parcel.content { return Array(bytes) }
      return []
    }
  }
  var text: String { String(decoding: bytes, as: UTF8.self) }
  var last: Parcel.Content? { output.last?.content }
}

private func latency(_ milliseconds: Int, jitter: Int = 0) -> Toxic {
  .latency(delay: .milliseconds(milliseconds), jitter: .milliseconds(jitter))
}

@Suite struct ChainTests {
  // MARK: In force

  /// A toxic that is there and changes nothing is not in force.
  @Test(
    arguments: [
      (latency(1), "x", true), (.bandwidth(bytesPerSecond: 1000), "x", true),
      (.timeout(after: nil), "x", true), (.reset(after: .seconds(9)), "x", true),
      (.limitData(bytes: 2), "x", false), (.limitData(bytes: 2), "xy", true),
      (.slice(averageSize: 2, variation: 0, delay: .zero), "xy", false),
      (.slice(averageSize: 2, variation: 0, delay: .zero), "xyz", true),
      (.slowClose(delay: .seconds(1)), "x", false),
    ] as [(Toxic, String, Bool)])
  func aToxicActsOnlyOnWhatItChanges(toxic: Toxic, sent: String, acts: Bool) {
    var bench = Bench([PlacedToxic("a", toxic)])
    #expect(bench.chain.takeActed().isEmpty)
    bench.take(sent)
    bench.pass(.milliseconds(10))
    #expect(bench.chain.takeActed() == (acts ? ["a"] : []))
    bench.take(sent)
    bench.pass(.milliseconds(10))
    #expect(!acts || bench.chain.takeActed().isEmpty)
  }

  @Test func anEndIsWhatASlowCloseAndATimeoutActOn() {
    var bench = Bench([PlacedToxic("a", .slowClose(delay: .seconds(1)))])
    bench.take(.end)
    #expect(bench.chain.takeActed() == ["a"])
    bench = Bench([PlacedToxic("b", .timeout(after: .seconds(1)))])
    bench.pass(.seconds(2))
    #expect(bench.chain.takeActed() == ["b"])
  }

  // MARK: Latency

  @Test func latencyDelaysByWhatWasAsked() {
    var bench = Bench([PlacedToxic("a", latency(100))])
    bench.take("x")
    bench.take(.end)
    bench.pass(.milliseconds(99))
    #expect(bench.output.isEmpty)
    bench.pass(.milliseconds(1))
    #expect(bench.text == "x")
    #expect(bench.last == .end)
  }

  @Test func twoLatenciesAddUpAlsoWhenTheClockIsLate() {
    var bench = Bench([PlacedToxic("a", latency(500)), PlacedToxic("b", latency(500))])
    let start = bench.now
    bench.take("x")
    // The first half is let go 30 ms late; the second counts from when it was due.
    bench.now += .milliseconds(530)
    bench.chain.release(at: bench.now, into: &bench.output)
    #expect(bench.chain.due == start + .milliseconds(1000))
  }

  @Test func noLatencyIsNoDelay() {
    var bench = Bench([PlacedToxic("a", latency(0))])
    bench.take("x")
    #expect(bench.text == "x")
  }

  @Test func jitterStaysInItsRangeAndKeepsTheOrder() {
    var bench = Bench([PlacedToxic("a", latency(100, jitter: 50))])
    var expected = ""
    var starts: [Duration] = []
    for number in 0..<500 {
      starts.append(bench.now)
      bench.take("\(number) ")
      expected += "\(number) "
      bench.pass(.milliseconds(7))
    }
    bench.pass(.seconds(1))
    #expect(bench.text == expected)
    let delays = zip(bench.output, starts).map { $0.time - $1 }
    #expect(delays.allSatisfy { $0 >= .milliseconds(50) && $0 <= .milliseconds(150) })
    #expect(delays.contains { $0 < .milliseconds(80) })
    #expect(delays.contains { $0 > .milliseconds(120) })
  }

  @Test func aShorterLatencyIsForWhatWaitsToo() {
    var bench = Bench([PlacedToxic("a", latency(1000))])
    bench.take("x")
    bench.pass(.milliseconds(10))
    bench.apply([PlacedToxic("a", latency(100))])
    bench.pass(.milliseconds(90))
    #expect(bench.text == "x")
  }

  // MARK: Bandwidth

  @Test(arguments: [1, 7, 1000, 64_000, 480_000])
  func bandwidthTakesItsTimeInPiecesOfAnySize(piece: Int) {
    var bench = Bench([PlacedToxic("a", .bandwidth(bytesPerSecond: 1_000_000))])
    let start = bench.now
    let bytes = (0..<480_000).map { UInt8(truncatingIfNeeded: $0) }
    for first in stride(from: 0, to: bytes.count, by: piece) {
      bench.take(.bytes(bytes[first..<min(first + piece, bytes.count)]))
    }
    bench.take(.end)
    bench.pass(.seconds(2))
    #expect(bench.bytes == bytes)
    let taken = (bench.output.last?.time ?? .zero) - start
    #expect(taken >= .milliseconds(480))
    #expect(taken < .milliseconds(481))
  }

  @Test func aRestGivesNoCredit() {
    var bench = Bench([PlacedToxic("a", .bandwidth(bytesPerSecond: 1000))])
    bench.pass(.seconds(100))
    bench.take(.bytes([UInt8](repeating: 1, count: 500)[...]))
    bench.pass(.milliseconds(499))
    #expect(bench.bytes.count < 500)
    bench.pass(.milliseconds(1))
    #expect(bench.bytes.count == 500)
  }

  @Test func bytesTrickleAtTheSlowestRate() {
    var bench = Bench([PlacedToxic("a", .bandwidth(bytesPerSecond: 1))])
    bench.take("abc")
    bench.pass(.seconds(2))
    #expect(bench.text == "ab")
    bench.apply([PlacedToxic("a", .bandwidth(bytesPerSecond: 1000))])
    bench.pass(.milliseconds(2))
    #expect(bench.text == "abc")
  }

  // MARK: Slices

  /// Toxiproxy, toxics/slicer_test.go.
  @Test func slicesVaryAroundTheirSize() {
    var bench = Bench([
      PlacedToxic("a", .slice(averageSize: 1024, variation: 512, delay: .microseconds(10)))
    ])
    let bytes = (0..<480_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
    bench.take(.bytes(bytes[...]))
    bench.pass(.seconds(10))
    #expect(bench.bytes == bytes)
    #expect((240...720).contains(bench.output.count))
    #expect(Set(bench.output.map(\.size)).count > 50)
  }

  @Test func sliceOfOneByteGivesEachItsOwnWrite() {
    var bench = Bench([PlacedToxic("a", .slice(averageSize: 1, variation: 0, delay: .zero))])
    bench.take(.bytes([UInt8](repeating: 7, count: 24)[...]))
    bench.pass(.zero)
    #expect(bench.output.count == 24)
  }

  @Test func slicesWaitForEachOther() {
    let start = Bench([]).now
    var bench = Bench([
      PlacedToxic("a", .slice(averageSize: 2, variation: 0, delay: .milliseconds(10)))
    ])
    bench.take("abcdef")
    bench.pass(.seconds(1))
    #expect(bench.output.map { $0.time - start } == [0, 10, 20].map { .milliseconds($0) })
  }

  // MARK: Limits

  /// Toxiproxy, toxics/limit_data_test.go.
  @Test(arguments: [
    ([50], [50], false), ([100], [100], true), ([150], [100], true),
    ([25, 25, 25, 25], [25, 25, 25, 25], true), ([90, 20], [90, 10], true),
    ([90, 20, 30], [90, 10], true),
  ])
  func limitCutsExactly(sent: [Int], arrives: [Int], closes: Bool) {
    var bench = Bench([PlacedToxic("a", .limitData(bytes: 100))])
    for count in sent { bench.take(.bytes([UInt8](repeating: 1, count: count)[...])) }
    let sizes = bench.output.compactMap { parcel -> Int? in
      if case .bytes(let bytes) = parcel.content { return bytes.count }
      return nil
    }
    #expect(sizes == arrives)
    #expect((bench.last == .close) == closes)
  }

  @Test func aLimitOfZeroLetsNothingPass() {
    var bench = Bench([PlacedToxic("a", .limitData(bytes: 0))])
    bench.take("x")
    #expect(bench.output.map(\.content) == [.close])
  }

  @Test func aLimitCountsOnWhileOtherToxicsComeAndGo() {
    let limit = PlacedToxic("limit", .limitData(bytes: 100))
    var bench = Bench([limit])
    bench.take(.bytes([UInt8](repeating: 1, count: 90)[...]))
    bench.apply([PlacedToxic("slow", latency(10)), limit])
    bench.take(.bytes([UInt8](repeating: 2, count: 20)[...]))
    bench.apply([limit])
    #expect(bench.bytes.count == 100)
    #expect(bench.last == .close)
  }

  // MARK: What loses bytes

  @Test func timeoutClosesAfterItsTimeOrWhenItGoes() {
    let toxic = PlacedToxic("a", .timeout(after: .milliseconds(100)))
    var bench = Bench([toxic])
    bench.take("lost")
    bench.pass(.milliseconds(99))
    #expect(bench.output.isEmpty)
    bench.pass(.milliseconds(1))
    #expect(bench.output.map(\.content) == [.close])
    var other = Bench([PlacedToxic("a", .timeout(after: nil))])
    other.take("lost")
    other.pass(.seconds(3600))
    #expect(other.output.isEmpty)
    other.apply([])
    #expect(other.output.map(\.content) == [.close])
  }

  @Test func resetWaitsForTheFirstByteAndThenItsTime() {
    var bench = Bench([PlacedToxic("a", .reset(after: .milliseconds(100)))])
    bench.pass(.seconds(5))
    #expect(bench.output.isEmpty)
    bench.take("lost")
    bench.pass(.milliseconds(99))
    bench.take("lost too")
    #expect(bench.output.isEmpty)
    bench.pass(.milliseconds(1))
    #expect(bench.output.map(\.content) == [.reset])
  }

  @Test func aResetThatTouchedNothingGoesWithoutATrace() {
    var bench = Bench([PlacedToxic("a", .reset(after: .seconds(1)))])
    bench.apply([])
    bench.take("x")
    #expect(bench.text == "x")
  }

  @Test func slowCloseHoldsTheEndAlone() {
    var bench = Bench([PlacedToxic("a", .slowClose(delay: .milliseconds(100)))])
    bench.take("x")
    bench.take(.end)
    #expect(bench.output.count == 1)
    bench.pass(.milliseconds(100))
    #expect(bench.last == .end)
  }

  // MARK: Changes

  /// Toxics that lose nothing come and go at random, in any order, while bytes stream through.
  @Test(arguments: 0..<40)
  func noByteIsLostOrOvertakenHoweverToxicsChange(seed: UInt64) {
    var random = SplitMix(seed: seed)
    var bench = Bench([])
    let bytes = (0..<20_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
    var sent = 0
    let kinds: [(inout SplitMix) -> Toxic] = [
      { latency(Int($0.next() % 100), jitter: Int($0.next() % 20)) },
      { .bandwidth(bytesPerSecond: 1 + Int($0.next() % 1_000_000)) },
      { .slice(averageSize: 10 + Int($0.next() % 100), variation: 9, delay: .microseconds(300)) },
      { .slowClose(delay: .milliseconds($0.next() % 100)) },
    ]
    while sent < bytes.count {
      let count = min(bytes.count - sent, Int(random.next() % 500))
      bench.take(.bytes(bytes[sent..<(sent + count)]))
      sent += count
      bench.pass(.microseconds(random.next() % 20_000))
      guard random.happens(0.3) else { continue }
      var toxics: [PlacedToxic] = []
      for place in 0..<5 where random.happens(0.5) {
        let kind = kinds[Int(random.next() % UInt64(kinds.count))]
        toxics.append(PlacedToxic("toxic \(place)", kind(&random)))
      }
      if random.happens(0.3) { toxics.shuffle(using: &random) }
      bench.apply(toxics)
    }
    bench.take(.end)
    bench.apply([])
    #expect(bench.bytes == bytes, "seed \(seed)")
    #expect(bench.last == .end, "seed \(seed)")
    #expect(bench.output.filter { $0.content == .end }.count == 1)
    #expect(bench.chain.held == 0)
  }
}
