import Model
import Testing

@testable import Runner

/// However a run ends, what it did is put back, or said to be left.
@Suite struct RunEndingTests {
  private typealias Script = SimulatedWorld.Script

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
    let kinds = requests.map { $0.request.kind }
    if kinds.contains("inject") { #expect(kinds.contains("undo")) }
    #expect(kinds.last == "end")
  }

  /// Lost at any time, also between a question and its answer.
  @Test(arguments: [0.0005, 1, 2.0005, 2.001, 2.0015, 2.0025, 5, 12.0005])
  func aLostAgentThatUndidIsClean(time: Double) throws {
    var script = Script()
    script.lostAt = time
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
    #expect(
      record.residue.map(\.what) == [
        "the agent was lost; its guardian ends every fault at its deadline, at most 20s after its "
          + "injection; until then: resume 100"
      ])
  }

  /// The guardian had its turn, and does not try again by the clock.
  @Test func whatCouldNotBeUndoneIsNotSaidToEndByItself() throws {
    var script = Script()
    script.lostAt = 5
    script.ledger.pending = ["resume 100"]
    script.ledger.proofs = [UndoProof(step: "resume", isProved: false, evidence: "EPERM")]
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.exitCode == 5)
    #expect(record.residue.map(\.what) == ["resume 100"])
  }

  /// The guardian has run the rollback; what it came to is in the ledger alone.
  @Test func aRollbackOfALostAgentIsInTheRecord() throws {
    var script = Script()
    script.lostAt = 5
    script.ledger.rollbacks = [CommandResult(ending: .exited(3))]
    let text = SimulatedExperiment.text + "\nrollbacks:\n  - {name: restart, run: [start]}\n"
    let record = try #require(try SimulatedExperiment.run(text, script: script).record)
    #expect(record.actions.map(\.role) == [.rollback])
    #expect(record.actions.first?.outcome == "exited 3")
    #expect(record.reasons.contains { $0.contains("rollback 'restart' exited 3") })
  }

  /// Nobody says whether the fault was undone: the run ends all the same, and not as clean.
  @Test func anAgentThatNobodyReachesAgainDoesNotHoldTheRun() throws {
    var script = Script()
    script.lostAt = 5
    script.isUnreachable = true
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.exitCode == 5)
    #expect(record.residue.first?.what.contains("can't be asked") == true)
    #expect(record.durationSeconds < 60)
  }

  /// The window holds no whole number of ticks; the decision waits for no sample that never comes.
  @Test func aMissedExpectationIsDecidedWhenItsWindowIsOver() throws {
    var script = Script()
    script.observe = { _, _ in Observation(outcome: .success, value: 1, latency: 0.01) }
    let text = SimulatedExperiment.text.replacingMethod(
      with: """
          - name: pause
            fault: scripted.fault
            targets: {executable: victim}
            expect:
              - {probe: door, within: 2030ms, value: {min: 2}}
          - wait: 4s
        """)
    let record = try #require(try SimulatedExperiment.run(text, script: script).record)
    #expect(record.verdict == .fail, "\(record.reasons)")
    let missed = try #require(record.events.first { $0.kind == "expectation.missed" })
    #expect(missed.at < 2 + 2.03 + 0.2)
  }

  /// A command may take a minute; what is to be stopped is put back at once.
  @Test func anInterruptDoesNotWaitForAnAction() throws {
    var script = Script()
    script.interruptAt = 4
    script.delay = { request in
      if case .act = request { .seconds(50) } else { .milliseconds(1) }
    }
    let text = SimulatedExperiment.text.replacingMethod(
      with: """
          - {name: pause, fault: scripted.fault, targets: {executable: victim}}
          - {run: [slow], undo: [fast]}
          - wait: 10s
        """)
    let (run, requests) = try SimulatedExperiment.run(text, script: script)
    let record = try #require(run)
    #expect(record.exitCode == 130)
    let undone = requests.filter { $0.request.kind == "undo" }
    #expect(undone.count == 2)
    #expect(undone.allSatisfy { $0.time < 4.2 })
    #expect(record.durationSeconds < 10)
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
}
