import Glibc
import Model
import Testing

@testable import Runner

/// Random experiments in a random world: whatever happens, a run ends, and keeps its promises.
@Suite struct RandomRunTests {
  /// `JENNER_SIMULATION_RUNS` runs more of them, and `JENNER_SIMULATION_SEED` replays one exactly.
  @Test func everyRunEndsAndKeepsItsPromises() throws {
    if let text = getenv("JENNER_SIMULATION_SEED"), let seed = UInt64(String(cString: text)) {
      try check(seed)
      return
    }
    let wanted = getenv("JENNER_SIMULATION_RUNS").flatMap { Int(String(cString: $0)) } ?? 8
    let first = UInt64.random(in: 0..<1_000_000)
    print(
      "simulation: seeds \(first)..<\(first + UInt64(wanted)); JENNER_SIMULATION_SEED replays one")
    for seed in first..<first + UInt64(wanted) { try check(seed) }
  }

  private func check(_ seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let text = Self.experiment(&random)
    let (run, requests) = try SimulatedExperiment.run(text, script: Self.script(&random))
    let story = "JENNER_SIMULATION_SEED=\(seed)\n\(text)"
    guard let record = run else {
      Issue.record("the run never ends: \(story)")
      return
    }
    let isLost = record.events.contains { $0.kind == "agent.lost" }
    let injected = Self.steps(of: requests) {
      if case .inject(let step, _, _) = $0 { step } else { nil }
    }
    let undone = Self.steps(of: requests) { if case .undo(let step) = $0 { step } else { nil } }
    if !isLost {
      #expect(Set(injected.map(\.step)).isSubset(of: undone.map(\.step)), "not undone: \(story)")
    }
    for (step, time) in injected {
      let undo = undone.first { $0.step == step }?.time ?? .infinity
      #expect(time <= undo, "injected after its undo: \(story)")
    }
    #expect(Set(injected.map(\.step)).count == injected.count, "injected twice: \(story)")
    #expect((record.exitCode == 0) == (record.verdict == .pass), "exit status: \(story)")
    if record.verdict == .pass {
      #expect(record.ended == .completed && record.clean, "\(story)")
      #expect(record.faults.allSatisfy { $0.inForce && $0.undone }, "\(story)")
      #expect(record.checks.allSatisfy { $0.verdict == .pass }, "\(story)")
    }
    if record.ended == .refused { #expect(injected.isEmpty, "refused, yet broken: \(story)") }
    #expect(record.clean || record.exitCode == 5, "unclean is 5: \(story)")
    for (before, after) in zip(record.phases, record.phases.dropFirst()) {
      #expect(before.window.end <= after.window.start + 1e-9, "phases overlap: \(story)")
    }
  }

  private static func steps(
    of requests: [(time: Double, request: Request)], _ step: (Request) -> Int?
  ) -> [(step: Int, time: Double)] {
    requests.compactMap { entry in step(entry.request).map { ($0, entry.time) } }
  }

  // MARK: A random experiment

  private static func experiment(_ random: inout SplitMix) -> String {
    let head = SimulatedExperiment.text
      .split(separator: "method:", omittingEmptySubsequences: false)[0]
    let count = Int.random(in: 1...4, using: &random)
    let steps = (0..<count).map { step($0, &random) }
    let tail = Bool.random(using: &random) ? "rollbacks:\n  - run: [start]\n" : ""
    return head + "method:\n" + steps.joined() + last + tail
  }

  /// Something that lasts, so that faults without a `for` have a window that can be judged.
  private static let last = "  - wait: 4s\n"

  private static func step(_ number: Int, _ random: inout SplitMix) -> String {
    let fault = "fault: scripted.fault, targets: {executable: victim}"
    return switch Int.random(in: 0..<7, using: &random) {
    case 0: "  - {name: f\(number), \(fault), for: 5s}\n"
    case 1: "  - {name: f\(number), \(fault)}\n"
    case 2: "  - {name: f\(number), \(fault), for: 4s, resolve: step}\n"
    case 3: "  - {run: [act], undo: [unact], for: 2s}\n"
    case 4: "  - {run: [act]}\n"
    case 5: "  - {wait: {until: {probe: door, value: {min: 2}}, at-most: 3s}}\n"
    default:
      "  - together:\n      - {name: f\(number)a, \(fault), for: 4s}\n"
        + "      - {name: f\(number)b, \(fault), after: 1s, for: 5s}\n"
    }
  }

  // MARK: A random world

  private static func script(_ random: inout SplitMix) -> SimulatedWorld.Script {
    var script = SimulatedWorld.Script()
    let seed = random.next()
    let refuses = Int.random(in: 0..<6, using: &random) == 0
    let illness: Double = [0, 0, 0.3, 1][Int.random(in: 0..<4, using: &random)]
    if Int.random(in: 0..<4, using: &random) == 0 {
      script.interruptAt = Double.random(in: 0..<25, using: &random)
    }
    if Int.random(in: 0..<4, using: &random) == 0 {
      script.lostAt = Double.random(in: 0..<25, using: &random)
      if Bool.random(using: &random) { script.ledger.pending = ["resume 100"] }
    }
    script.delay = { request in
      var draw = SplitMix(seed: seed ^ UInt64(bitPattern: Int64("\(request)".count)))
      return .milliseconds(Int64(draw.next() % 400))
    }
    script.observe = { time, isFaulted in
      var draw = SplitMix(seed: seed &+ UInt64(time * 1000))
      guard isFaulted else { return .healthy }
      return Double(draw.next() % 1000) / 1000 < illness ? .ill : .healthy
    }
    script.answer = { time, request in
      var draw = SplitMix(seed: seed &+ UInt64(time * 977))
      guard refuses, draw.next() % 5 == 0 else { return nil }
      if case .end = request { return nil }
      return .refused(Refusal("the simulated agent does not want to"))
    }
    return script
  }
}
