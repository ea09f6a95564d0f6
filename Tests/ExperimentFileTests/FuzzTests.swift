import Glibc
import Model
import Testing

@testable import ExperimentFile

@Suite struct FuzzTests {
  /// `JENNER_FUZZ_SEED` replays a run.
  private static let seed: UInt64 =
    getenv("JENNER_FUZZ_SEED").flatMap { UInt64(String(cString: $0)) }
    ?? UInt64.random(in: 0..<1_000_000)

  private static let pieces = [
    "${", "}", "{", "[", "]", ": ", "- ", "\n", "\t", "\"", "'", "*a", "&a ", "<<: ", "? ",
    "!!str ",
    "---\n", "...\n", "# ", "|\n", ">-\n", "${shop}", "${token}", "\u{0}", "\u{E000}", "\u{F8FE}",
    "\r\n", "é", "🙂", "%YAML 1.1\n", "null", "~", "-1", "1e309", "9223372036854775808", "0s",
    "99999999999h", "NaN%", "\\ud83d", "@", "`", "probes: ", "fault: ", "p95", "2x baseline",
  ].map { Array($0.utf8) }

  @Test func anythingIsAnExperimentOrProblemsWithPlaces() {
    print("JENNER_FUZZ_SEED=\(Self.seed)")
    var generator = SplitMix(seed: Self.seed)
    let original = Array(checkout.utf8)
    let start = ContinuousClock.now
    var rounds = 0
    var readable = 0
    var placeless = 0
    while rounds < 3_000, start.duration(to: .now) < .seconds(2) {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) { Self.mutate(&bytes, &generator) }
      rounds += 1
      let purpose: ExperimentFile.Purpose =
        Bool.random(using: &generator) ? .validation : .execution
      do throws(Problems) {
        _ = try ExperimentFile.read(
          bytes: bytes, file: "fuzz.yaml", environment: checkoutEnvironment, catalog: catalog,
          purpose: purpose)
        readable += 1
      } catch {
        #expect(!error.all.isEmpty, "round \(rounds) of seed \(Self.seed)")
        for problem in error.all {
          #expect(problem.file == "fuzz.yaml")
          #expect(!problem.message.isEmpty)
          #expect(
            !problem.text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F },
            "round \(rounds) of seed \(Self.seed): \(problem.text.debugDescription)")
        }
        if error.all.allSatisfy({ $0.mark == nil }) { placeless += 1 }
      }
    }
    // Both outcomes must have been seen, or the mutations say nothing.
    #expect(readable > 0)
    #expect(readable < rounds)
    #expect(placeless * 20 <= rounds, "\(placeless) of \(rounds) without a place")
  }

  private static func mutate(_ bytes: inout [UInt8], _ generator: inout SplitMix) {
    guard !bytes.isEmpty else { return }
    let at = Int.random(in: 0..<bytes.count, using: &generator)
    let end = min(bytes.count, at + Int.random(in: 1...40, using: &generator))
    switch Int.random(in: 0..<7, using: &generator) {
    case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
    case 1: bytes[at] = UInt8.random(in: 0x20...0x7E, using: &generator)
    case 2: bytes.removeSubrange(at..<end)
    case 3:
      bytes.insert(
        contentsOf: bytes[at..<end], at: Int.random(in: 0...bytes.count, using: &generator))
    case 4, 5:
      bytes.insert(contentsOf: pieces.randomElement(using: &generator) ?? [], at: at)
    default:
      var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      lines.swapAt(
        Int.random(in: 0..<lines.count, using: &generator),
        Int.random(in: 0..<lines.count, using: &generator))
      bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }
  }
}
