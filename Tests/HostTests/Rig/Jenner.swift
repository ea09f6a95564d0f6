import ChildProcess
import FoundationEssentials
import Glibc
import Model
import Testing

/// A run of the program under test, with state and reports in the test's scratch directory.
struct Jenner: Sendable {
  /// How it ended and what it wrote.
  struct Outcome: Sendable {
    var status: Int32
    var output: String
    var errors: String

    /// Whether it ended with the status that is documented for this.
    func ended(_ status: Model.ExitStatus) -> Bool { self.status == status.rawValue }
  }

  let process: ChildProcess
  private let rig: Rig
  private let name: String

  /// Starts it.
  ///
  /// - Parameters:
  ///   - wrapper: A command that runs the command after it, in surroundings of its own.
  ///   - streams: Changes where the standard streams lead.
  static func start(
    _ arguments: [String], in rig: Rig, environment: [String: String] = [:],
    through wrapper: [String] = [], streams: (inout Launch) -> Void = { _ in }
  ) throws -> Jenner {
    let name = "jenner-\(UUID().uuidString.prefix(8))"
    var launch = Launch(wrapper + [try Product.jenner.path()] + arguments)
    launch.environment = [
      "PATH": getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin",
      "HOME": rig.scratch.path,
      "JENNER_STATE": state(in: rig),
    ].merging(environment) { $1 }
    launch.output = .file(rig.scratch.file("\(name).out"))
    launch.errors = .file(rig.scratch.file("\(name).err"))
    streams(&launch)
    return Jenner(process: try rig.start(launch), rig: rig, name: name)
  }

  /// Runs it to its end.
  static func run(
    _ arguments: [String], in rig: Rig, environment: [String: String] = [:],
    through wrapper: [String] = [], streams: (inout Launch) -> Void = { _ in },
    within limit: Duration = .seconds(60)
  ) async throws -> Outcome {
    try await start(
      arguments, in: rig, environment: environment, through: wrapper, streams: streams
    ).outcome(within: limit)
  }

  /// Starts an experiment, with its report under the scratch directory.
  static func startExperiment(
    _ text: String, in rig: Rig, environment: [String: String] = [:]
  ) throws -> Jenner {
    let file = try rig.scratch.write(text, to: "experiment.yaml")
    return try start(
      ["run", file, "--yes", "--reports", reports(in: rig)], in: rig, environment: environment)
  }

  /// Runs an experiment to its end.
  static func runExperiment(
    _ text: String, in rig: Rig, environment: [String: String] = [:]
  ) async throws -> Outcome {
    try await startExperiment(text, in: rig, environment: environment).outcome()
  }

  /// Waits for the end; when that takes too long, ends it and says so.
  func outcome(within limit: Duration = .seconds(60)) async throws -> Outcome {
    let timer = Task {
      try await Task.sleep(for: limit)
      Issue.record("jenner was still running after \(limit)")
      process.sendToGroup(SIGKILL)
    }
    let ending = await process.end()
    timer.cancel()
    return Outcome(
      status: ending.status, output: rig.scratch.text(of: "\(name).out"),
      errors: rig.scratch.text(of: "\(name).err"))
  }

  /// The record of the only run of this test.
  static func record(in rig: Rig) throws -> Record {
    let records = records(in: rig)
    try #require(records.count == 1, "one run is recorded")
    return records[0]
  }

  /// What it has written to standard error so far.
  var errorsSoFar: String { rig.scratch.text(of: "\(name).err") }

  /// The records of this test's runs.
  static func records(in rig: Rig) -> [Record] {
    let folder = reports(in: rig)
    let runs = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return runs.compactMap { record(inFolder: "\(folder)/\($0)") }
  }

  /// The record of the run that ended so; nil if it has written none.
  static func record(of outcome: Outcome) -> Record? {
    let mark = "report: "
    guard let line = outcome.output.split(separator: "\n").last(where: { $0.contains(mark) }),
      let range = line.firstRange(of: mark)
    else { return nil }
    return record(inFolder: String(line[range.upperBound...].dropLast("/report.md".count)))
  }

  private static func record(inFolder folder: String) -> Record? {
    guard let data = FileManager.default.contents(atPath: "\(folder)/record.json")
    else { return nil }
    do {
      return try JSONDecoder().decode(Record.self, from: data)
    } catch {
      Issue.record("\(folder)/record.json can't be read: \(error)")
      return nil
    }
  }

  /// Where runs of this test are recorded.
  static func reports(in rig: Rig) -> String { rig.scratch.file("reports") }

  /// Where ledgers of this test are kept.
  static func state(in rig: Rig) -> String { rig.scratch.file("state") }
}
