import Model
import Testing

@testable import Agent

@Suite struct UnwindingTests {
  private func step(_ number: Int, _ undo: [Undo]) -> LedgerState.Step {
    LedgerState.Step(
      intent: LedgerIntent(
        step: number, kind: "test", undo: undo, undoClass: .guardian, deadline: nil))
  }

  private func resume(_ pid: Int32) -> Undo { .resume(ProcessFacts.fake(pid).identity) }
  private func release(_ pid: Int32) -> Undo { .release(ProcessFacts.fake(pid).identity) }
  private func command(_ name: String) -> Undo { .run(Command(argv: [name])) }

  /// Performs an unwinding to its end; returns what was done, in order.
  private func perform(
    _ start: Unwinding, on host: FakeHost, failing: Set<String> = [], killed: [String] = []
  ) -> (done: [String], unwinding: Unwinding) {
    var unwinding = start
    var now: Duration = .seconds(100)
    var done: [String] = []
    var killed = killed
    var effects = unwinding.start(at: now, on: host)
    var events: [UnwindingEvent] = []
    while true {
      for effect in effects {
        switch effect {
        case .note: break
        case .send(let signal, let process):
          done.append("\(signal == .resume ? "resume" : signal.name) \(process.pid)")
          events.append(.sent(process, host.outcome(of: signal, to: process)))
        case .run(let command):
          done.append(command.shown)
          let status: Int32 = failing.contains(command.shown) ? 1 : 0
          if let index = killed.firstIndex(of: command.shown) {
            killed.remove(at: index)
            events.append(.ran(CommandResult(ending: .signalled(9))))
          } else {
            events.append(.ran(CommandResult(ending: .exited(status))))
          }
        }
      }
      if !events.isEmpty {
        effects = unwinding.handle(events.removeFirst(), at: now, on: host)
      } else if let wake = unwinding.nextWake {
        now = wake
        effects = unwinding.handle(.wake, at: now, on: host)
      } else {
        #expect(unwinding.isFinished)
        return (done, unwinding)
      }
    }
  }

  @Test func signalsFirstThenCommandsEachInReverseThenRollbacksInOrder() {
    let host = FakeHost([.fake(1000, state: "T"), .fake(2000, state: "T")])
    let (done, unwinding) = perform(
      Unwinding(
        steps: [step(1, [command("b"), resume(2000)]), step(0, [command("a"), resume(1000)])],
        rollbacks: [(0, Command(argv: ["r0"])), (1, Command(argv: ["r1"]))]), on: host)
    #expect(done == ["resume 2000", "resume 1000", "b", "a", "r0", "r1"])
    #expect(unwinding.proofs.values.allSatisfy { $0.allSatisfy(\.isProved) })
    #expect(unwinding.rollbackResults.count == 2)
  }

  @Test func itGoesOnAfterAFailure() {
    let host = FakeHost([.fake(1000, state: "T"), .fake(2000, state: "T")])
    host.immovable = [2000]
    let (done, unwinding) = perform(
      Unwinding(
        steps: [step(1, [command("b"), resume(2000)]), step(0, [command("a"), resume(1000)])]),
      on: host, failing: ["b"])
    #expect(done == ["resume 2000", "resume 1000", "b", "a"])
    #expect(unwinding.proofs[0]?.allSatisfy(\.isProved) == true)
    #expect(unwinding.proofs[1]?.map(\.isProved) == [false, false])
    #expect(host.all[1000]?.state == "S")
  }

  /// Whoever killed it meant something else, or the run: what it should clear is still there.
  ///
  /// An author's command may not be meant to be repeated.
  @Test func clearingThatWasKilledIsRunOnceMore() throws {
    let host = FakeHost([])
    let clear = Undo.clear(NetworkObjects(tables: [], links: ["jenner0"]))
    let clearing = try #require(clear.command).shown
    let steps = [step(0, [command("a"), clear])]
    let once = perform(Unwinding(steps: steps), on: host, killed: [clearing])
    #expect(once.done == [clearing, clearing, "a"])
    #expect(once.unwinding.proofs[0]?.map(\.isProved) == [true, true])
    let always = perform(Unwinding(steps: steps), on: host, killed: [clearing, clearing])
    #expect(always.done == [clearing, clearing, "a"])
    #expect(always.unwinding.proofs[0]?.map(\.isProved) == [false, true])
    let authors = perform(Unwinding(steps: steps), on: host, killed: ["a"])
    #expect(authors.done == [clearing, "a"])
  }

  @Test func aHolderIsEndedOnceAndEachOfItsTargetsReadBack() {
    let host = FakeHost([.fake(50, "holder"), .fake(1000), .fake(2000)])
    host.hold([1000, 2000], by: 50)
    var held = step(0, [command("a"), release(1000), release(2000)])
    held.intent.holder = ProcessFacts.fake(50).identity
    let (done, unwinding) = perform(Unwinding(steps: [held]), on: host)
    #expect(done == ["KILL 50", "a"])
    #expect(unwinding.proofs[0]?.map(\.isProved) == [true, true, true])
    #expect(host.all[1000]?.state == "S")
    #expect(host.all[2000]?.tracer == nil)
  }

  @Test func aHolderThatCanNotBeEndedLeavesItsTargetsUnproved() {
    let host = FakeHost([.fake(50, "holder"), .fake(1000)])
    host.hold([1000], by: 50)
    host.deaf = [50]
    var held = step(0, [release(1000)])
    held.intent.holder = ProcessFacts.fake(50).identity
    let (_, unwinding) = perform(Unwinding(steps: [held]), on: host)
    #expect(unwinding.proofs[0]?.map(\.isProved) == [false])
  }

  @Test func aTargetThatAnotherTracesNowIsNotOurs() {
    let host = FakeHost([.fake(1000), .fake(60, "debugger")])
    host.hold([1000], by: 60)
    var held = step(0, [release(1000)])
    held.intent.holder = ProcessFacts.fake(50).identity
    let (_, unwinding) = perform(Unwinding(steps: [held]), on: host)
    #expect(unwinding.proofs[0]?.map(\.isProved) == [true])
    #expect(host.all[1000]?.tracer == 60)
  }

  /// The tracer of a process that we stopped is told of SIGCONT first, and lets it go or not.
  @Test func whatItsTracerStillKeepsStoppedIsNotProved() {
    let host = FakeHost([.fake(1000, state: "t"), .fake(60, "debugger")])
    host.deaf = [1000]
    let (_, unwinding) = perform(Unwinding(steps: [step(0, [resume(1000)])]), on: host)
    #expect(unwinding.proofs[0]?.map(\.isProved) == [false])
  }

  /// Without memory or descriptors /proc can't be read; that does not mean that a process has ended.
  @Test func aTargetThatCanNotBeReadIsNotProved() {
    let host = FakeHost([.fake(1000, state: "T")])
    host.unreadable = [1000]
    let (_, unwinding) = perform(Unwinding(steps: [step(0, [resume(1000)])]), on: host)
    #expect(unwinding.proofs[0]?.map(\.isProved) == [false])
  }

  @Test func aSignalAloneProvesNothing() {
    // The signal is said to be delivered, but the process stays stopped.
    let host = FakeHost([.fake(1000, state: "T")])
    var unwinding = Unwinding(steps: [step(0, [resume(1000)])])
    var now: Duration = .seconds(5)
    _ = unwinding.start(at: now, on: host)
    _ = unwinding.handle(
      .sent(ProcessFacts.fake(1000).identity, .delivered), at: now, on: host)
    #expect(!unwinding.isFinished)
    while let wake = unwinding.nextWake {
      now = wake
      _ = unwinding.handle(.wake, at: now, on: host)
    }
    #expect(unwinding.isFinished)
    #expect(now >= .seconds(6))
    #expect(unwinding.proofs[0]?.first?.isProved == false)
  }

  @Test func aTargetThatIsGoneOrReplacedIsProvedAndNotTouched() {
    let host = FakeHost()
    var replaced = ProcessFacts.fake(1000, state: "T")
    replaced.identity.startTime += 1
    host.all[1000] = replaced
    let (_, unwinding) = perform(
      Unwinding(steps: [step(0, [resume(1000), resume(2000)])]), on: host)
    #expect(unwinding.proofs[0]?.map(\.isProved) == [true, true])
    #expect(host.all[1000]?.state == "T")
  }

  /// What clearing would remove has ended with the machine, or with the holder and its namespace; in
  /// the latter case a device may be left.
  @Test(arguments: [Disappearance.boot, .pidNamespace])
  func whatEndedWithTheMachineIsNotCleared(disappearance: Disappearance) throws {
    let clear = Undo.clear(NetworkObjects(tables: [], links: ["jenner0"]))
    var held = step(0, [command("a"), clear, .dismiss])
    held.intent.holder = ProcessFacts.fake(50).identity
    let host = FakeHost([.fake(50, "another")])
    let (done, unwinding) = perform(
      Unwinding(
        steps: [held], rollbacks: [(0, Command(argv: ["r0"]))], processesAreGone: disappearance),
      on: host)
    let clearing = try #require(clear.command).shown
    #expect(done == (disappearance == .boot ? ["a", "r0"] : [clearing, "a", "r0"]))
    #expect(unwinding.proofs[0]?.map(\.isProved) == [true, true, true])
    let proof = unwinding.proofs[0]?.first { $0.step == clear.shown }
    #expect((proof?.evidence == "the machine was booted since") == (disappearance == .boot))
    #expect(host.all[50] != nil)
  }

  @Test func ofAnEarlierBootOnlyCommandsAreRun() {
    let host = FakeHost([.fake(1000, state: "T")])
    let (done, unwinding) = perform(
      Unwinding(
        steps: [step(0, [command("a"), resume(1000)])],
        rollbacks: [(0, Command(argv: ["r0"]))], processesAreGone: .boot),
      on: host)
    #expect(done == ["a", "r0"])
    #expect(host.all[1000]?.state == "T")
    #expect(unwinding.proofs[0]?.allSatisfy(\.isProved) == true)
  }

  @Test func nothingToDoIsFinishedAtOnce() {
    let (done, unwinding) = perform(Unwinding(steps: []), on: FakeHost())
    #expect(done.isEmpty)
    #expect(unwinding.isFinished)
  }
}

extension FakeHost {
  /// What the agent's driver would report.
  func outcome(of signal: Signal, to process: ProcessIdentity) -> SignalOutcome {
    switch send(signal, to: process) {
    case .delivered: .delivered
    case .gone: .gone
    case .refused: .failed("Operation not permitted")
    }
  }
}
