import Model
import Testing

@testable import Faults

@Suite struct ProcessPauseTests {
  private func fault() throws -> ProcessPause {
    try #require(read(ProcessPause.self, [:]).fault)
  }

  @Test func theKernelEndsAHold() throws {
    let targets = [process(10), process(11)]
    let injection = try fault().injection(into: targets, on: FakeHost(targets))
    #expect(injection.effects == targets.map { .hold($0.identity) })
    #expect(injection.undo == targets.map { .release($0.identity) })
    #expect(injection.undoClass == .kernel)
    #expect(injection.note == nil)
  }

  @Test func whereOneCanNotBeTracedEachStopHasItsResume() throws {
    let targets = [process(10), process(11)]
    var host = FakeHost(targets)
    host.obstacles[11] = "process 9 traces it already"
    let injection = try fault().injection(into: targets, on: host)
    #expect(injection.note?.contains("process 11: process 9 traces it already") == true)
    #expect(injection.effects == targets.map { .signal($0.identity, .stop) })
    #expect(injection.undo == targets.map { .resume($0.identity) })
    #expect(injection.undoClass == .guardian)
  }

  @Test(arguments: ["T", "t"])
  func whatSomeoneElseHoldsIsRefused(state: String) throws {
    let targets = [process(10), process(11, state: state)]
    let refusal = #expect(throws: Refusal.self) {
      try fault().injection(into: targets, on: FakeHost(targets))
    }
    #expect(refusal?.message.contains("process 11") == true)
    #expect(refusal?.cure != nil)
  }

  @Test func inForceMeansEveryThreadOfEveryTarget() throws {
    let fault = try fault()
    var host = FakeHost([process(10, state: "t"), process(11, state: "T")])
    let targets = [process(10).identity, process(11).identity]
    #expect(fault.inspect(targets, on: host).isInForce)
    host.threads[11] = ["T", "D"]
    let evidence = fault.inspect(targets, on: host)
    #expect(!evidence.isInForce)
    #expect(evidence.achieved.hasPrefix("1 of 2"))
    #expect(!fault.inspect(targets, on: FakeHost([])).isInForce)
  }

  @Test func unknownParametersAreProblems() {
    #expect(read(ProcessPause.self, ["signal": "STOP"]).problems.count == 1)
  }
}
