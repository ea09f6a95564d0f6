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
    let times = requests.filter { ["inspect", "undo"].contains(Self.kind($0.request)) }.map(\.time)
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
    let undone = requests.filter { Self.kind($0.request) == "undo" }
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

  // MARK: Targets that are chosen when the step comes

  private static let late = SimulatedExperiment.text + "\n    resolve: step\n"

  @Test func targetsChosenAtTheStepAreHit() throws {
    let (run, requests) = try SimulatedExperiment.run(Self.late)
    let record = try #require(run)
    #expect(record.verdict == .pass, "\(record.reasons)")
    let kinds = requests.map { Self.kind($0.request) }.filter { $0 != "heartbeat" }
    #expect(kinds == ["state", "begin", "resolve", "prepare", "inject", "inspect", "undo", "end"])
    #expect(record.faults.first?.targets.map(\.process.pid) == [100])
  }

  @Test func nobodyThereWhenTheStepComesShowsNothing() throws {
    var script = Script()
    script.answer = { _, request in
      guard case .resolve = request else { return nil }
      return .resolved(candidates: [])
    }
    let (run, requests) = try SimulatedExperiment.run(Self.late, script: script)
    let record = try #require(run)
    #expect(record.verdict == .inconclusive)
    #expect(record.ended == .stopped)
    #expect(record.clean)
    #expect(!requests.contains { Self.kind($0.request) == "inject" })
  }

  /// More than the limit when the step comes: the plan could not know, so the step refuses.
  @Test func theBlastRadiusHoldsAtTheStepToo() throws {
    var script = Script()
    script.answer = { _, request in
      guard case .resolve = request else { return nil }
      return .resolved(candidates: (1...5).map { [.of($0)] })
    }
    let (run, requests) = try SimulatedExperiment.run(
      Self.late + "limits: {targets: 3}\n", script: script)
    #expect(run?.verdict == .inconclusive)
    #expect(!requests.contains { Self.kind($0.request) == "inject" })
  }

  /// Who is there when the step comes may be undone by others than those whom the plan saw.
  @Test func theRequiredUndoHoldsAtTheStepToo() throws {
    var script = Script()
    script.answer = { _, request in
      guard case .prepare(_, _, _, let targets) = request else { return nil }
      return .prepared(
        injection: Injection(
          effects: [], undo: targets.map { .resume($0) }, undoClass: .none, note: "no holder here"))
    }
    let (run, requests) = try SimulatedExperiment.run(
      Self.late + "policy: {require-undo: guardian}\n", script: script)
    let record = try #require(run)
    #expect(record.verdict == .inconclusive)
    #expect(record.ended == .stopped)
    #expect(record.clean)
    #expect(!requests.contains { Self.kind($0.request) == "inject" })
    let fault = try #require(record.faults.first)
    #expect(!fault.inForce)
    #expect(fault.undoClass == .none)
    let achieved = try #require(fault.achieved)
    #expect(achieved.hasPrefix("local: its undo there is of class none (no holder here); "))
    #expect(achieved.contains("the policy requires guardian"))
  }

  /// When it was planned there was nobody, so that nothing could be said of the undo.
  @Test func soItDoesWhereThePlanSawNobody() throws {
    var dialogue = ScriptedDialogue()
    dialogue.processes = []
    for (policy, verdict) in [("guardian", Verdict.pass), ("kernel", .inconclusive)] {
      let text = Self.late + "policy: {require-undo: \(policy)}\n"
      var world = SimulatedWorld(try SimulatedExperiment.specification(text, dialogue: dialogue))
      let run = world.run()
      let record = try #require(run)
      #expect(record.verdict == verdict, "\(record.reasons)")
      #expect(record.clean)
    }
  }

  @Test func aFaultWhoseUndoIsStrongEnoughAtTheStepIsInjected() throws {
    let record = try #require(
      try SimulatedExperiment.run(Self.late + "policy: {require-undo: guardian}\n").record)
    #expect(record.verdict == .pass, "\(record.reasons)")
    #expect(record.faults.first?.undoClass == .guardian)
  }

  // MARK: Actions, rollbacks and groups

  @Test func anActionThatFailsStopsTheMethod() throws {
    var script = Script()
    script.answer = { _, request in
      guard case .act = request else { return nil }
      return .acted(result: CommandResult(ending: .exited(1)))
    }
    let text = SimulatedExperiment.text.replacingMethod(
      with: """
          - run: [flush]
            undo: [restore]
          - {name: later, fault: scripted.fault, targets: {executable: victim}, for: 10s}
        rollbacks:
          - run: [start]
        """)
    let (run, requests) = try SimulatedExperiment.run(text, script: script)
    let record = try #require(run)
    #expect(record.verdict == .inconclusive)
    #expect(record.ended == .stopped)
    let kinds = requests.map { Self.kind($0.request) }.filter { $0 != "heartbeat" }
    #expect(kinds == ["state", "begin", "arm", "act", "undo", "rollback", "end"])
  }

  @Test func stepsOfAGroupBeginTogetherEachAfterItsOwnDelay() throws {
    let text = SimulatedExperiment.text.replacingMethod(
      with: """
          - after: 1s
            together:
              - {name: a, fault: scripted.fault, targets: {executable: victim}, for: 10s}
              - {name: b, fault: scripted.fault, targets: {executable: victim}, after: 2s, for: 9s}
        """)
    let (run, requests) = try SimulatedExperiment.run(text)
    #expect(run?.verdict == .pass, "\(run?.reasons ?? [])")
    let times = requests.filter { Self.kind($0.request) == "inject" }.map(\.time)
    #expect(times.count == 2)
    #expect(abs(times[0] - 3) < 0.05)
    #expect(abs(times[1] - 5) < 0.05)
  }

  /// What is never undone in between is undone at the end, the last one first.
  @Test func openFaultsAreUndoneLastInFirstOut() throws {
    let text = SimulatedExperiment.text.replacingMethod(
      with: """
          - {name: a, fault: scripted.fault, targets: {executable: victim}}
          - {name: b, fault: scripted.fault, targets: {executable: victim}}
          - wait: 10s
        """)
    let requests = try SimulatedExperiment.run(text).requests
    let undone = requests.compactMap { entry -> Int? in
      guard case .undo(let step) = entry.request else { return nil }
      return step
    }
    #expect(undone == [1, 0])
  }

  static func kind(_ request: Request) -> String {
    String("\(request)".prefix { $0 != "(" })
  }
}

extension String {
  /// The experiment with another method, and what follows it.
  fileprivate func replacingMethod(with text: String) -> String {
    let head = split(separator: "method:", omittingEmptySubsequences: false)[0]
    return head + "method:\n" + text + "\n"
  }
}
