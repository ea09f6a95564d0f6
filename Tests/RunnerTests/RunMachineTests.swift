import Model
import Testing

@testable import Runner

@Suite struct RunMachineTests {
  private typealias Script = SimulatedWorld.Script

  @Test func aSystemThatWithstandsPasses() throws {
    let (run, requests) = try SimulatedExperiment.run()
    let record = try #require(run)
    #expect(record.verdict == .pass, "\(record.reasons)")
    #expect(record.ended == .completed)
    #expect(record.clean)
    #expect(record.exitCode == 0)
    #expect(record.phases.map(\.name) == ["prepare", "baseline", "method", "undo", "recovery"])
    #expect(record.faults.count == 1)
    #expect(record.faults[0].inForce)
    #expect(record.faults[0].undone)
    let window = try #require(record.faults[0].window)
    #expect(abs(window.length - 10) < 0.1)
    #expect(record.recoverySeconds.map { $0 < 0.2 } == true)
    let kinds = requests.map { Self.kind($0.request) }.filter { $0 != "heartbeat" }
    #expect(kinds == ["begin", "inject", "inspect", "undo", "end"])
  }

  @Test func aSystemThatFallsFails() throws {
    var script = Script()
    script.observe = { _, isFaulted in isFaulted ? .ill : .healthy }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.verdict == .fail)
    #expect(record.exitCode == 1)
    #expect(record.clean)
    let check = try #require(record.checks.first { $0.kind == .fault })
    #expect(check.verdict == .fail)
    #expect(check.step == "pause")
  }

  @Test func anIllSystemIsNotTouched() throws {
    var script = Script()
    script.observe = { _, _ in .ill }
    let (run, requests) = try SimulatedExperiment.run(script: script)
    let record = try #require(run)
    #expect(record.ended == .refused)
    #expect(record.verdict == .inconclusive)
    #expect(record.exitCode == 4)
    #expect(!requests.contains { Self.kind($0.request) == "inject" })
  }

  @Test func noDataIsNeverAPass() throws {
    var script = Script()
    script.observe = { time, _ in time < 3 ? .healthy : .noData("empty") }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.verdict == .inconclusive)
    #expect(record.exitCode == 3)
  }

  @Test func aSystemThatDoesNotComeBackFails() throws {
    var script = Script()
    script.observe = { time, _ in time > 12.5 ? .ill : .healthy }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.verdict == .fail)
    #expect(record.recoverySeconds == nil)
  }

  @Test func recoveryIsMeasured() throws {
    var script = Script()
    // The fault is undone about 12 s after the start; the system needs three more seconds.
    script.observe = { time, _ in time > 11.9 && time < 15 ? .ill : .healthy }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    let recovery = try #require(record.recoverySeconds)
    #expect((2...3.5).contains(recovery))
  }

  @Test func aFaultThatIsNotInForceShowsNothing() throws {
    var script = Script()
    script.answer = { _, request in
      guard case .inject = request else { return nil }
      return .injected(
        evidence: Evidence(requested: "1", achieved: "the target is gone", isInForce: false))
    }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.verdict == .inconclusive)
    #expect(record.exitCode == 3)
    #expect(record.clean)
    #expect(record.reasons.contains { $0.contains("the target is gone") })
  }

  @Test func aFaultThatEndsByItselfShowsNothing() throws {
    var script = Script()
    script.answer = { _, request in
      guard case .inspect = request else { return nil }
      return .inspected(
        evidence: Evidence(requested: "1", achieved: "somebody continued it", isInForce: false))
    }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.verdict == .inconclusive)
    #expect(record.faults.first?.inForce == false)
  }

  @Test func anUndoThatIsNotProvedIsTheLoudest() throws {
    var script = Script()
    script.answer = { _, request in
      guard case .undo(let step) = request else { return nil }
      return .undone(
        step: step,
        proofs: [UndoProof(step: "resume", isProved: false, evidence: "still stopped")])
    }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.exitCode == 5)
    #expect(!record.clean)
    #expect(record.verdict != .pass)
    #expect(!record.residue.isEmpty)
  }

  @Test func aPendingLedgerAtTheEndIsResidue() throws {
    var script = Script()
    script.answer = { _, request in
      guard case .end = request else { return nil }
      return .ended(LedgerStatus(run: "r", isKnown: true, pending: ["resume 100"], proofs: []))
    }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.exitCode == 5)
    #expect(record.residue.first?.what == "resume 100")
  }

  /// Interrupted at any time, a run undoes what it did and says so.
  @Test(arguments: [0.0, 0.5, 1.9, 2.0, 2.001, 2.0025, 2.01, 5, 11.99, 12.0, 12.002, 13, 14])
  func interruptedAtAnyTime(time: Double) throws {
    var script = Script()
    script.interruptAt = time
    let (run, requests) = try SimulatedExperiment.run(script: script)
    let record = try #require(run)
    #expect(record.ended == .interrupted)
    #expect(record.exitCode == 130)
    #expect(record.clean)
    #expect(record.verdict != .pass)
    let kinds = requests.map { Self.kind($0.request) }
    if kinds.contains("inject") { #expect(kinds.contains("undo")) }
    #expect(kinds.last == "end")
  }

  @Test func aLostAgentThatUndidIsClean() throws {
    var script = Script()
    script.lostAt = 5
    script.ledger.proofs = [UndoProof(step: "resume", isProved: true, evidence: "it runs")]
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.ended == .error)
    #expect(record.verdict == .inconclusive)
    #expect(record.exitCode == 3)
    #expect(record.clean)
  }

  @Test func aLostAgentWithAPendingLedgerIsResidue() throws {
    var script = Script()
    script.lostAt = 5
    script.ledger.pending = ["resume 100"]
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.exitCode == 5)
    #expect(!record.clean)
  }

  @Test func aSilentAgentIsLost() throws {
    var script = Script()
    script.answer = { time, request in
      // It takes everything and answers nothing more; the reply to a heartbeat is the sign of life.
      if case .heartbeat = request, time > 4 { return .refused(Refusal("")) }
      return nil
    }
    script.lostAt = 6
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.events.contains { $0.kind == "agent.lost" })
    #expect(record.verdict == .inconclusive)
  }

  static func kind(_ request: Request) -> String {
    String("\(request)".prefix { $0 != "(" })
  }
}
