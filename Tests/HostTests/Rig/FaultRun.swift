import ChildProcess
import Model
import Testing

/// A run of network faults, as a user starts it, whose method lasts until the test has seen enough.
struct FaultRun: Sendable {
  let jenner: Jenner
  private let rig: Rig
  /// What the probe connects to; no fault here is about what stays within a host.
  private let door: NetworkSocket

  /// Runs faults in a host's network and does something while all are in force; then everything
  /// must have passed, be put back, and look as before on every host.
  @discardableResult
  static func during(
    _ steps: String..., on host: NetworkHost, of network: Network, in rig: Rig,
    fields: [String] = [], environment: [String: String] = [:], through wrapper: [String] = [],
    _ body: (FaultRun) async throws -> Void
  ) async throws -> Record {
    let before = try await network.pictures(in: rig)
    let run = try start(
      steps, on: host, in: rig, fields: fields, environment: environment, through: wrapper)
    do {
      for index in 1...steps.count { try await run.inForce(Self.name(index)) }
      try await body(run)
    } catch {
      Issue.record("\(error); the run said: \(run.jenner.errorsSoFar)")
    }
    let record = try #require(try await run.passes())
    #expect(try await network.pictures(in: rig) == before)
    return record
  }

  /// Starts a run; its steps are named `step1` and so on unless they name themselves.
  static func start(
    _ steps: [String], on host: NetworkHost, in rig: Rig, fields: [String] = [],
    environment: [String: String] = [:], through wrapper: [String] = []
  ) throws -> FaultRun {
    let enough = try rig.scratch.write("0", to: "enough")
    let port = Int.random(in: 20_000...29_999)
    let door = try NetworkSocket.bound(to: "127.0.0.1", port: port, on: host, isStream: true)
    let named = steps.enumerated().map { index, step in
      step.contains("name: step") ? step : "{name: \(name(index + 1)), \(step.dropFirst())"
    }
    let experiment = ExperimentText(
      baseline: "1s", recovery: "{within: 10s, holds: 500ms}",
      probes: [
        "{name: truth, tcp: {address: '127.0.0.1:\(port)', timeout: 1s}, every: 400ms, "
          + "tolerance: {success: {min: 10%}}}",
        "{name: enough, command: {run: [cat, '\(enough)'], timeout: 1s}, every: 100ms}",
      ],
      // In the first second the samples are taken that the plan asks for.
      method: named + [
        "{wait: 1s}", "{wait: {until: {probe: enough, value: {min: 1}}, at-most: 60s}}",
      ],
      fields: fields)
    let file = try rig.scratch.write(
      experiment.text, to: "experiment-\(UInt32.random(in: .min ... .max)).yaml")
    let jenner = try Jenner.start(
      ["run", file, "--yes", "--reports", Jenner.reports(in: rig)], in: rig,
      environment: environment, through: host.entering + wrapper)
    return FaultRun(jenner: jenner, rig: rig, door: door)
  }

  /// The name of a step that has none.
  static func name(_ number: Int) -> String { "step\(number)" }

  /// Waits until a step's fault is in force.
  func inForce(_ step: String = name(1)) async throws {
    try await hear("[\(step)", ["the rules are in place", "the server is ready"])
  }

  /// Waits until a step's fault is undone.
  func undone(_ step: String = name(1)) async throws {
    try await hear("[\(step)", ["has ended"])
  }

  private func hear(_ start: String, _ parts: [String]) async throws {
    let isHeard = await eventually(within: .seconds(20)) {
      jenner.process.ending != nil
        || jenner.errorsSoFar.split(separator: "\n").contains { line in
          line.contains(start) && parts.contains { line.contains($0) }
        }
    }
    try #require(isHeard && jenner.process.ending == nil, "\(jenner.errorsSoFar)")
  }

  /// Lets the method end; the run must pass, with every fault in force and undone.
  func passes() async throws -> Record? {
    let outcome = try await finish()
    #expect(outcome.ended(.pass), "\(outcome.output)\(outcome.errors)")
    let record = Jenner.record(of: outcome)
    #expect(record?.clean == true)
    #expect(record?.faults.allSatisfy { $0.inForce && $0.undone } == true)
    return record
  }

  /// Lets the method end, and tells what came of it.
  func finish() async throws -> Jenner.Outcome {
    _ = try rig.scratch.write("1", to: "enough")
    return try await jenner.outcome()
  }
}

extension Network {
  /// What the networks of all hosts look like.
  func pictures(in rig: Rig) async throws -> [String] {
    var pictures: [String] = []
    for host in hosts { pictures.append(try await host.picture(in: rig)) }
    return pictures
  }
}
