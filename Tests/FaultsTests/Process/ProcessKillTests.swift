import Model
import Testing

@testable import Faults

@Suite struct ProcessKillTests {
  @Test func theDefaultIsKillAndThereIsNothingToUndo() throws {
    let fault = try #require(read(ProcessKill.self, [:]).fault)
    let targets = [process(10), process(11)]
    let injection = try fault.injection(into: targets, on: FakeHost(targets))
    #expect(injection.effects == targets.map { .signal($0.identity, .kill) })
    #expect(injection.undo.isEmpty)
    #expect(injection.undoClass == .none)
    #expect(ProcessKill.strongestUndo == UndoClass.none)
  }

  @Test func anotherSignalIsRead() throws {
    let fault = try #require(read(ProcessKill.self, ["signal": "SIGTERM"]).fault)
    let injection = try fault.injection(into: [process(10)], on: FakeHost([]))
    #expect(injection.effects == [.signal(process(10).identity, .terminate)])
  }

  @Test(arguments: ["STOP", "NONSENSE", ""])
  func signalsThatMakeNoSenseAreProblems(name: String) {
    let (fault, problems) = read(ProcessKill.self, ["signal": .string(name)])
    #expect(fault == nil)
    #expect(problems.count == 1)
    #expect(problems.first?.cure?.isEmpty == false || name.isEmpty)
  }

  @Test func killIsInForceWhenEveryTargetIsGone() throws {
    let fault = try #require(read(ProcessKill.self, [:]).fault)
    let targets = [process(10).identity, process(11).identity]
    #expect(!fault.inspect(targets, on: FakeHost([process(10), process(11)])).isInForce)
    #expect(!fault.inspect(targets, on: FakeHost([process(11)])).isInForce)
    #expect(fault.inspect(targets, on: FakeHost([])).isInForce)
    #expect(fault.inspect(targets, on: FakeHost([process(10, state: "Z")])).isInForce)
  }

  @Test func aLaterProcessOfTheSameIdIsNotTheTarget() throws {
    let fault = try #require(read(ProcessKill.self, [:]).fault)
    let host = FakeHost([process(10, startTime: 8)])
    #expect(fault.inspect([process(10).identity], on: host).isInForce)
  }
}
