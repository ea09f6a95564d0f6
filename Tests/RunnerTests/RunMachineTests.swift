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
    let kinds = requests.map { $0.request.kind }.filter { $0 != "heartbeat" }
    #expect(kinds == ["state", "begin", "inject", "inspect", "undo", "end"])
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
    #expect(!requests.contains { $0.request.kind == "inject" })
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

  /// There is no time since an undo that may not have been; also where it is proved in the end.
  @Test func noRecoveryIsMeasuredWhereTheUndoIsNotProved() throws {
    var script = Script()
    script.answer = { _, request in
      guard case .undo(let step) = request else { return nil }
      return .undone(
        step: step, proofs: [UndoProof(step: "resume", isProved: false, evidence: "still stopped")])
    }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.recoverySeconds == nil)
    #expect(record.phases.contains { $0.name == "recovery" })
    #expect(!record.events.contains { $0.text.contains("back after") })
    let held = try #require(record.events.first { $0.kind == "recovery.held" })
    #expect(held.text.contains("not everything is proved undone"))
  }

  @Test func norWhereTheHostTurnsOutNotToBeAsItWas() throws {
    var script = Script()
    script.stateAfter = { _ in
      let victim = ProcessEntry(
        process: ProcessFacts.of(100).identity, condition: .stopped, program: "victim")
      return .success(HostState.simulated.with(.processes, victim.key, victim.text))
    }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(!record.clean)
    #expect(record.recoverySeconds == nil)
  }

  /// It has no ledger of the run that anybody could ask it for, and ends by itself.
  @Test func anAgentThatRefusesToBeginIsNotAskedAgain() throws {
    var script = Script()
    script.answer = { _, request in
      guard case .begin = request else { return nil }
      return .refused(Refusal("ledgers can't be kept here"))
    }
    script.lostAt = 0.003
    script.isUnreachable = true
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.ended == .refused)
    #expect(record.durationSeconds < 1)
    #expect(!record.events.contains { $0.kind == "agent.lost" }, "\(record.events)")
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

  @Test func aSystemThatFallsWhileItsFaultHitsNothingIsNotBlamedOnIt() throws {
    var script = Script()
    script.observe = { _, isFaulted in isFaulted ? .ill : .healthy }
    script.answer = { _, request in
      guard case .inspect = request else { return nil }
      return .inspected(
        evidence: Evidence(requested: "1", achieved: "no packet was selected", isInForce: false))
    }
    let text =
      SimulatedExperiment.text
      + "\nstop-conditions: [{probe: door, success: {below: 50%}, over: 1s}]\n"
    let (run, requests) = try SimulatedExperiment.run(text, script: script)
    let record = try #require(run)
    #expect(record.ended == .stopped)
    #expect(record.verdict == .inconclusive)
    #expect(record.faults.first?.inForce == false)
    #expect(record.reasons.contains { $0.contains("no packet was selected") })
    // The undo waits for no answer.
    let times = requests.filter { ["inspect", "undo"].contains($0.request.kind) }.map(\.time)
    #expect(times.count == 2 && Set(times).count == 1)
  }

  @Test func anInterruptedRunSaysWhatItsFaultCameTo() throws {
    var script = Script()
    script.interruptAt = 5
    script.answer = { _, request in
      guard case .inspect = request else { return nil }
      return .inspected(
        evidence: Evidence(requested: "1", achieved: "12 packets selected", isInForce: true))
    }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.ended == .interrupted)
    #expect(record.faults.first?.achieved == "12 packets selected")
    #expect(record.faults.first?.undone == true)
  }
}
