import Model
import Testing

@testable import Runner

@Suite struct PlannerTests {
  private func plan(
    _ text: String = SimulatedExperiment.text, dialogue: ScriptedDialogue = ScriptedDialogue(),
    seed: Int = 1
  ) throws -> Plan {
    var planner = Planner(
      experiment: try SimulatedExperiment.read(text), catalog: .scripted, sourceDigest: "0",
      seed: seed, dialogue: dialogue)
    return try planner.plan()
  }

  private func failure(
    _ text: String, dialogue: ScriptedDialogue = ScriptedDialogue()
  ) throws -> PlanFailure {
    let experiment = try SimulatedExperiment.read(text)
    return try #require(throws: PlanFailure.self) {
      var planner = Planner(
        experiment: experiment, catalog: .scripted, sourceDigest: "0", seed: 1,
        dialogue: dialogue)
      _ = try planner.plan()
    }
  }

  private func replacing(_ old: String, by new: String) -> String {
    SimulatedExperiment.text.split(separator: old, omittingEmptySubsequences: false)
      .joined(separator: new)
  }

  @Test func showsExactTargetsAndUndo() throws {
    let plan = try plan()
    let fault = try #require(plan.steps.first?.fault)
    #expect(fault.injections.map(\.host) == ["local"])
    #expect(fault.injections[0].targets.map(\.process.pid) == [100])
    #expect(fault.injections[0].injection.undo == [.resume(ProcessFacts.of(100).identity)])
    #expect(fault.undoClass == .guardian)
    #expect(plan.steps[0].deadlineSeconds == 20)
    #expect(plan.phases.map(\.name) == ["baseline", "method", "undo", "recovery"])
  }

  @Test func onePlanForOneSeed() throws {
    var dialogue = ScriptedDialogue()
    dialogue.processes = (1...20).map { .of($0) }
    let text = replacing("{executable: victim}", by: "{executable: victim, pick: 3}")
    #expect(try plan(text, dialogue: dialogue) == plan(text, dialogue: dialogue))
    let plans = try (1...10).map { try plan(text, dialogue: dialogue, seed: $0) }
    #expect(Set(plans.map { $0.steps.map(\.fault?.injections) }).count > 3)
  }

  @Test func pickChoosesOverAllHosts() throws {
    var dialogue = ScriptedDialogue()
    dialogue.hosts = ["a": [.of(1), .of(2)], "b": [.of(1), .of(2)]]
    let text =
      replacing("fault: scripted.fault", by: "fault: scripted.fault\n    host: [a, b]")
      .split(separator: "{executable: victim}", omittingEmptySubsequences: false)
      .joined(separator: "{executable: victim, pick: 50%}")
      + "\nhosts:\n  a: {exec: [reach, a]}\n  b: {exec: [reach, b]}\n"
    let injections = try #require(plan(text, dialogue: dialogue).steps.first?.fault?.injections)
    #expect(injections.flatMap(\.targets).count == 2)
  }

  @Test func nothingToHitIsRefused() throws {
    var dialogue = ScriptedDialogue()
    dialogue.processes = []
    let failure = try failure(SimulatedExperiment.text, dialogue: dialogue)
    #expect(failure.status == .refused)
    #expect(failure.message.contains("executable victim"))
    #expect(failure.mark?.line == 12)
  }

  @Test func aShareThatRoundsToZeroIsRefused() throws {
    let text = replacing("{executable: victim}", by: "{executable: victim, pick: 20%}")
    let failure = try failure(text)
    #expect(failure.status == .refused)
    #expect(failure.cure?.contains("rounded down") == true)
  }

  @Test func moreTargetsThanTheLimitAreRefused() throws {
    var dialogue = ScriptedDialogue()
    dialogue.processes = (1...3).map { .of($0) }
    let failure = try failure(
      SimulatedExperiment.text + "\nlimits: {targets: 3}\n", dialogue: dialogue)
    #expect(failure.status == .refused)
    #expect(failure.message.contains("3 processes on 1 host,"))
  }

  @Test func aWeakerUndoThanThePolicyIsRefused() throws {
    let failure = try failure(SimulatedExperiment.text + "\npolicy: {require-undo: kernel}\n")
    #expect(failure.status == .refused)
    #expect(failure.message.contains("guardian"))
  }

  /// Nobody is there yet whose undo could be too weak; it is judged when the step comes.
  @Test func anUndoThatIsNotKnownYetIsNotRefused() throws {
    var dialogue = ScriptedDialogue()
    dialogue.processes = []
    let late = replacing("{executable: victim}", by: "{executable: victim}\n    resolve: step")
    let plan = try plan(late + "\npolicy: {require-undo: guardian}\n", dialogue: dialogue)
    let fault = try #require(plan.steps.first?.fault)
    #expect(fault.injections.isEmpty)
    #expect(fault.undoClass == nil)
  }

  @Test func aLimitShorterThanTheMethodIsAMistakeOfTheFile() throws {
    let failure = try failure(SimulatedExperiment.text + "\nlimits: {duration: 5s}\n")
    #expect(failure.status == .usage)
  }

  @Test func noAgentIsAskedWhereNoneIsNeeded() throws {
    let text = String(SimulatedExperiment.text.prefix(while: { $0 != "§" }))
      .split(separator: "method:", omittingEmptySubsequences: false)[0]
    let plan = try plan(text + "method: []\n")
    #expect(plan.hosts.isEmpty)
    #expect(plan.phases.map(\.name) == ["baseline"])
  }
}
