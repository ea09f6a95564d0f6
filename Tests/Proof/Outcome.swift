import ArgumentParser
import FoundationEssentials
import Glibc

/// What one proof came to: a row of the table that is published.
struct Outcome: Codable {
  /// What was tried, such as `kill points, process.pause, agent`.
  var proof: String
  var cases: Int
  /// Of the cases, those that came to the point that they are about.
  var reached: Int
  /// One line for each case that broke the promise, with what replays it.
  var failures: [String]
  var seconds: Double
  var seed: UInt64?

  /// The outcome in one line, and its failures below.
  var text: String {
    let seeded = seed.map { ", seed \($0)" } ?? ""
    let rate = cases > 0 ? Int(seconds / Double(cases) * 1_000) : 0
    let line =
      "\(proof): \(reached) of \(cases) reached, \(failures.count) failed, "
      + "\(Int(seconds)) s (\(rate) ms each)\(seeded)"
    return ([line] + failures.prefix(50).map { "  FAILED: \($0)" }).joined(separator: "\n")
  }

  /// Whether every case was reached and none broke the promise.
  var holds: Bool { failures.isEmpty && reached == cases }
}

/// Where the outcomes of a proof go.
struct OutcomeOptions: ParsableArguments {
  @Option(help: "Adds the outcomes to a file, one JSON object on each line.")
  var results: String?

  /// Prints outcomes, keeps them, and ends with 1 if one of them does not hold.
  func publish(_ outcomes: [Outcome]) throws {
    for outcome in outcomes { print(outcome.text) }
    if let results { try append(outcomes, to: results) }
    if !outcomes.allSatisfy(\.holds) { throw ExitCode.failure }
  }

  private func append(_ outcomes: [Outcome], to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let file = fopen(path, "a") else {
      throw ValidationError("\(path) can't be written: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    for outcome in outcomes {
      fputs(String(decoding: try encoder.encode(outcome), as: UTF8.self) + "\n", file)
    }
  }
}
