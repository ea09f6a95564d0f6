import Testing

@testable import proof

@Suite struct SimulationTests {
  /// Other seeds with each run of the tests; a failure says which.
  @Test func aSampleKeepsEveryPromise() {
    let first = UInt64.random(in: 0..<1_000_000_000)
    let tally = SimulationSample(seeds: first..<first + 60, workers: 2).simulate()
    #expect(tally.runs == 60)
    #expect(tally.failures.isEmpty, "\(tally.failures.joined(separator: "\n"))")
  }

  /// The digest is of everything that happens, so that it differs as soon as anything does.
  @Test func aSeedReplaysExactly() {
    for seed in UInt64(1)...20 {
      let first = Simulation(seed: seed, keepsWords: true)
      first.run()
      let second = Simulation(seed: seed, keepsWords: false)
      second.run()
      #expect(first.world.trace.digest == second.world.trace.digest, "seed \(seed)")
      #expect(first.world.eventCount == second.world.eventCount, "seed \(seed)")
    }
  }

  @Test func twoSeedsDiffer() {
    let digests = (UInt64(1)...20).map { seed in
      let simulation = Simulation(seed: seed, keepsWords: false)
      simulation.run()
      return simulation.world.trace.digest
    }
    #expect(Set(digests).count == digests.count)
  }
}
