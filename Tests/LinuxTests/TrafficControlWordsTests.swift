import Glibc
import Model
import Testing

/// Whether tc itself takes the words that shapings are made of: run in a network namespace that ends
/// with its shell, on a device that exists nowhere else.
@Suite struct TrafficControlWordsTests {
  private static func run(_ script: String) -> String {
    guard let pipe = popen("unshare -n sh -c '\(script)' 2>&1", "r") else { return "no shell" }
    defer { pclose(pipe) }
    var text = ""
    var line = [CChar](repeating: 0, count: 4_096)
    while fgets(&line, Int32(line.count), pipe) != nil {
      text += String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    return text
  }

  /// Whether there are tc, ip and the right to make a namespace and a device in it.
  private static let isPossible: Bool = {
    let isPossible = run("ip link add ifb7 type ifb && tc -V >/dev/null && echo yes") == "yes\n"
    if !isPossible { print("SKIPPED: tc in a network namespace; it needs root and iproute2") }
    return isPossible
  }()

  private static func add(_ qdisc: [String], show: Bool) -> String {
    let words = qdisc.joined(separator: " ")
    let shown = show ? " && tc -j -s qdisc show dev ifb7" : ""
    return run(
      "ip link add ifb7 type ifb && ip link set ifb7 up && "
        + "tc qdisc add dev ifb7 root handle c0de: \(words)\(shown)")
  }

  private static let shapings: [Shaping] =
    NetworkProfile.all.flatMap { [$0.download, $0.upload] } + [
      Shaping(
        delay: .init(
          .milliseconds(100), jitter: .milliseconds(10), correlation: Percentage(fraction: 0.25),
          distribution: .paretonormal),
        loss: .state(
          p13: Percentage(fraction: 0.1), p31: Percentage(fraction: 0.2), p32: .none, p23: .all,
          p14: Percentage(fraction: 0.001)),
        corruption: .init(Percentage(fraction: 0.0001), correlation: Percentage(fraction: 0.5)),
        duplication: .init(Percentage(fraction: 0.5)),
        reordering: .init(.init(Percentage(fraction: 0.255)), gap: 5),
        rate: .init(
          bitsPerSecond: 1_000_000_000_000, packetOverhead: -14, cellSize: 48, cellOverhead: 5)),
      Shaping(delay: .init(Shaping.longestTime), rate: .init(bitsPerSecond: 8)),
    ]

  @Test(.enabled(if: isPossible), arguments: shapings) func tcTakesTheWords(shaping: Shaping) {
    #expect(shaping.problems.isEmpty)
    for qdisc in shaping.qdiscs() {
      let answer = Self.add(qdisc, show: false)
      // Not every kernel has netem; then tc has understood the words before the kernel refused.
      #expect(answer.isEmpty || answer == "Error: Specified qdisc kind is unknown.\n", "\(qdisc)")
    }
  }

  @Test(
    .enabled(if: isPossible),
    arguments: [
      (8_000, 3_028), (1_000_000, 32_768), (100_000_000, 50_000), (10_000_000_000, 5_000_000),
    ]) func aTokenBucketIsWhatWasAskedFor(rate: Int, burst: Int) throws
  {
    let bandwidth = Shaping.Bandwidth(
      bitsPerSecond: rate, burst: burst, queue: .latency(.milliseconds(50)))
    let shaping = Shaping(bandwidth: bandwidth)
    #expect(shaping.problems.isEmpty)
    let shown = Self.add(try #require(shaping.qdiscs().first), show: true)
    let qdisc = try #require(QdiscStatistics.list(from: shown)?.first, "\(shown)")
    #expect(qdisc.kind == "tbf" && qdisc.handle == "c0de:")
    #expect(qdisc.options["rate"]?.double == Double(rate / 8))
    // The kernel counts in ticks of 64 ns, so that a bucket is nearly as large as asked.
    let made = try #require(qdisc.options["burst"]?.double)
    #expect(abs(made - Double(burst)) <= 1 + Double(burst) / 1_000)
  }
}
