import ArgumentParser
import Glibc
import Linux
import Model

/// Says something that is no outcome.
func note(_ text: String) {
  try? Line.write("proof: \(text)", to: STDERR_FILENO)
}

/// Lines between the proof, its workers and whoever started it.
enum Line {
  /// Writes a line whole.
  static func write(_ text: String, to descriptor: Int32) throws {
    var bytes = Array("\(text)\n".utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemError("write a line") }
      bytes.removeFirst(count)
    }
  }
}

/// How many workers there are, and what they try.
struct WorkerOptions: ParsableArguments {
  @Option(help: "How many cases are tried at a time; by default three for each processor.")
  var workers = WorkerOptions.usualCount

  /// Cases wait most of their time: for ticks, deadlines and each other's processes.
  static let usualCount = 3 * max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  @Option(help: "The folder of the programs under test; by default that of this program.")
  var programs: String?

  func start() throws -> Workers {
    guard geteuid() == 0 else {
      throw ValidationError("namespaces, cgroups and faults need root")
    }
    return try Workers(workers, programs: Programs(in: programs))
  }
}

/// Which of all cases are tried.
struct ChoiceOptions: ParsableArguments {
  @Option(help: "One part of all cases, such as 2/8.")
  var shard = Shard(number: 1, count: 1)

  @Option(help: "At most so many cases, picked by the seed.")
  var sample: Int?

  @Option(help: "Picks the sample; the same seed picks the same cases.")
  var seed: UInt64?

  @Option(help: "Only cases whose description has this text: what a failure shows replays it.")
  var matching: String?

  /// Those that are tried.
  func choose<Case: CustomStringConvertible>(
    from cases: [Case], sampled isSampled: Bool = true
  ) -> [Case] {
    let all = cases.filter { matching.map("\($0)".contains) ?? true }
    let part = all.enumerated().filter { $0.offset % shard.count == shard.number - 1 }
      .map(\.element)
    guard isSampled, let sample, sample < part.count else { return part }
    var random = SeededRandom(seed: usedSeed)
    return part.indices.shuffled(using: &random).prefix(sample).sorted().map { part[$0] }
  }

  /// Sums results up by the name of their outcome.
  func outcomes(
    of results: [(proof: String, case: String, result: JobResult)], workers: Int
  ) -> [Outcome] {
    Outcome.sums(of: results, workers: workers, seed: sample == nil ? nil : usedSeed)
  }

  /// The seed that was given, or was chosen for this time.
  var usedSeed: UInt64 { seed ?? Self.chosenSeed }
  private static let chosenSeed = UInt64.random(in: 1...999_999)
}

extension Outcome {
  /// Sums results up by the name of their outcome.
  static func sums(
    of results: [(proof: String, case: String, result: JobResult)], workers: Int,
    seed: UInt64? = nil
  ) -> [Outcome] {
    var outcomes: [Outcome] = []
    for (proof, text, result) in results {
      let index = outcomes.firstIndex { $0.proof == proof } ?? outcomes.endIndex
      if index == outcomes.endIndex {
        outcomes.append(
          Outcome(proof: proof, cases: 0, reached: 0, failures: [], seconds: 0, seed: seed))
      }
      outcomes[index].cases += result.cases
      if result.isReached { outcomes[index].reached += result.cases }
      outcomes[index].seconds += result.seconds / Double(max(1, workers))
      if !result.problems.isEmpty {
        let lines = text.isEmpty ? result.problems : [result.problems.joined(separator: "; ")]
        outcomes[index].failures += lines.map { text.isEmpty ? $0 : "\(text): \($0)" }
      } else if !result.isReached {
        note("never reached: \(text)")
      }
    }
    return outcomes
  }

}

/// One part of several.
struct Shard: ExpressibleByArgument, CustomStringConvertible {
  var number: Int
  var count: Int

  init(number: Int, count: Int) {
    self.number = number
    self.count = count
  }

  init?(argument: String) {
    let parts = argument.split(separator: "/").compactMap { Int($0) }
    guard parts.count == 2, parts[1] > 0, (1...parts[1]).contains(parts[0]) else { return nil }
    self.init(number: parts[0], count: parts[1])
  }

  var description: String { "\(number)/\(count)" }
}
