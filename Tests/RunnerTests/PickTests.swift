import Model
import Testing

@testable import Runner

@Suite struct PickTests {
  private let candidates = (1...10).compactMap { Candidate(host: "a", processes: [.of($0)]) }

  @Test(arguments: [
    (ProcessSelector.Pick.all, 10, 10 as Int?), (.all, 0, nil), (.count(1), 10, 1),
    (.count(10), 10, 10), (.count(11), 10, nil), (.share(Percentage(fraction: 0.5)), 10, 5),
    (.share(Percentage(fraction: 0.29)), 10, 2), (.share(Percentage(fraction: 0.3)), 10, 3),
    (.share(Percentage(fraction: 0.09)), 10, nil), (.share(Percentage(fraction: 1)), 3, 3),
    (.share(Percentage(fraction: 0.2)), 2, nil),
  ])
  func counts(pick: ProcessSelector.Pick, candidates: Int, expected: Int?) {
    #expect(pick.count(of: candidates) == expected)
  }

  @Test func oneSeedOneChoice() throws {
    let pick = ProcessSelector.Pick.count(3)
    let first = try #require(pick.choose(from: candidates, seed: 7))
    #expect(first.count == 3)
    #expect(Set(first).count == 3)
    #expect(pick.choose(from: candidates.reversed(), seed: 7) == first)
    let others = (0..<50).compactMap { pick.choose(from: candidates, seed: $0) }
    #expect(Set(others).count > 10)
  }

  /// Every candidate is taken about equally often; 4,000 draws of 1 in 10 have a deviation of 19.
  @Test func theChoiceIsFair() throws {
    var counts: [Int32: Int] = [:]
    for seed in 0..<4_000 {
      let chosen = try #require(
        ProcessSelector.Pick.count(1).choose(from: candidates, seed: UInt64(seed)))
      counts[chosen[0].identity.pid, default: 0] += 1
    }
    for pid in 1...10 { #expect((300...500).contains(counts[Int32(pid)] ?? 0), "pid \(pid)") }
  }
}
