import Model
import Testing

@testable import Runner

/// Steps: whom they hit when they come, in which order they begin, and in which they end.
@Suite struct RunMethodTests {
  private typealias Script = SimulatedWorld.Script

  // MARK: Targets that are chosen when the step comes

  private static let late = SimulatedExperiment.text + "\n    resolve: step\n"

  @Test func targetsChosenAtTheStepAreHit() throws {
    let (run, requests) = try SimulatedExperiment.run(Self.late)
    let record = try #require(run)
    #expect(record.verdict == .pass, "\(record.reasons)")
    let kinds = requests.map { $0.request.kind }.filter { $0 != "heartbeat" }
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
    #expect(!requests.contains { $0.request.kind == "inject" })
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
    #expect(!requests.contains { $0.request.kind == "inject" })
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
    #expect(!requests.contains { $0.request.kind == "inject" })
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
    let kinds = requests.map { $0.request.kind }.filter { $0 != "heartbeat" }
    #expect(kinds == ["state", "begin", "arm", "act", "undo", "rollback", "end"])
  }

  @Test func anActionItsUndoAndTheRollbackAreInTheRecord() throws {
    let text = SimulatedExperiment.text.replacingMethod(
      with: """
          - {name: empty, run: [flush], undo: [restore, --all], for: 5s}
        rollbacks:
          - run: [start]
        """)
    let record = try #require(try SimulatedExperiment.run(text).record)
    #expect(record.verdict == .pass, "\(record.reasons)")
    #expect(record.actions.map(\.role) == [.run, .undo, .rollback])
    let undo = try #require(record.actions.first { $0.role == .undo })
    #expect(undo.step == "empty")
    #expect(undo.command == "restore --all")
    #expect(undo.succeeded)
    #expect(!undo.outcome.isEmpty)
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
    let times = requests.filter { $0.request.kind == "inject" }.map(\.time)
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
}
