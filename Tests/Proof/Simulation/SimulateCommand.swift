import ArgumentParser
import Dispatch
import Glibc
import Synchronization

/// Random experiments in random weather, by the thousand.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Simulates random experiments, with the real machines of runner and agent.")

  @Option(help: "How many experiments.")
  var runs = 1_000

  @Option(help: "The seed of the first; the next has the next.")
  var seed: UInt64 = 1

  @Option(help: "Ends after so many seconds, whatever is left.")
  var seconds: Double?

  @Option(help: "How many are simulated at once.")
  var workers = 2

  @Flag(help: "Prints everything that happens.")
  var trace = false

  @Flag(help: "Ends with the first that fails.")
  var failFast = false

  @OptionGroup var outcome: OutcomeOptions

  func run() throws {
    let sample = SimulationSample(
      seeds: seed..<seed + UInt64(max(0, runs)), workers: max(1, workers), keepsWords: trace,
      seconds: seconds, isFailFast: failFast)
    let started = SimulationSample.now
    let tally = sample.simulate()
    for line in tally.words { print(line) }
    print(tally.text)
    try outcome.publish([
      Outcome(
        proof: "simulation", cases: tally.runs, reached: tally.runs, failures: tally.failures,
        seconds: SimulationSample.now - started, seed: seed)
    ])
  }
}

/// Many simulations, on several threads.
struct SimulationSample {
  var seeds: Range<UInt64>
  var workers: Int
  var keepsWords = false
  var seconds: Double?
  var isFailFast = false

  /// What they came to.
  struct Tally {
    var runs = 0
    var events = 0
    var seconds = 0.0
    var digest: UInt64 = 0
    var outcomes: [String: Int] = [:]
    var failures: [String] = []
    var words: [String] = []

    /// Rate, size and outcomes, for a reader.
    var text: String {
      let rate = seconds > 0 ? Int(Double(runs) / seconds * 60) : 0
      let lines = outcomes.sorted { $0.value > $1.value }.map { "  \($0.value) \($0.key)" }
      return
        ([
          "\(runs) runs, \(rate) a minute, \(events / max(1, runs)) events each, digest "
            + String(digest, radix: 16)
        ] + lines).joined(separator: "\n")
    }
  }

  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  func simulate() -> Tally {
    let tally = Mutex(Tally())
    let next = Atomic(seeds.lowerBound)
    let started = Self.now
    DispatchQueue.concurrentPerform(iterations: workers) { _ in
      while true {
        let seed = next.add(1, ordering: .relaxed).oldValue
        guard seed < seeds.upperBound, seconds.map({ Self.now - started < $0 }) ?? true,
          !isFailFast || tally.withLock(\.failures.isEmpty)
        else { return }
        let simulation = Simulation(seed: seed, keepsWords: keepsWords)
        simulation.run()
        tally.withLock { $0.add(simulation) }
      }
    }
    var result = tally.withLock { $0 }
    result.seconds = Self.now - started
    result.failures.sort()
    return result
  }
}

extension SimulationSample.Tally {
  fileprivate mutating func add(_ simulation: Simulation) {
    runs += 1
    events += simulation.world.eventCount
    // A sum, so that it is the same in whatever order the runs come.
    digest &+= simulation.world.trace.digest
    outcomes[simulation.outcome, default: 0] += 1
    words += simulation.world.trace.lines
    failures += simulation.world.violations.map {
      "seed \(simulation.seed): \($0); proof simulate --runs 1 --seed \(simulation.seed) --trace"
    }
  }
}
