import Model
import Testing

@testable import Agent

/// Ledgers that earlier versions of this program wrote: any later one must be able to undo them.
@Suite struct OldLedgerTests {
  /// Of version 0.1.0, which knew neither holders nor a deadline of the run, byte for byte.
  private static let first = #"""
    1 1 ba05fbd8badc6af2 {"opened":{"agent":{"pid":30,"start_time":300},"bootID":"boot","pidNamespace":5,"run":"r1","title":"title"}}
    1 2 812c19226c61e59e {"guardian":{"_0":{"pid":31,"start_time":310}}}
    1 3 122362008878f1fb {"armed":{"rollbacks":[{"argv":["true"],"capabilities":[],"environment":{},"timeout_seconds":60}]}}
    1 4 2256cf72983f435e {"intent":{"_0":{"deadline":60000000000,"kind":"process.pause","step":0,"undo":[{"resume":{"_0":{"pid":40,"start_time":400}}}],"undoClass":"guardian"}}}
    1 5 20df43e6ef9d79ad {"injected":{"step":0}}

    """#

  @Test func theFirstVersionsLedgerIsRead() {
    let state = LedgerState(reading: Array(Self.first.utf8))
    #expect(state.damagedLines.isEmpty)
    #expect(state.entryCount == 5)
    #expect(state.run == "r1" && state.deadline == nil)
    #expect(state.pendingSteps.map(\.intent.undo) == [[.resume(LedgerStateTests.worker)]])
    #expect(state.pendingSteps.first?.intent.holder == nil)
    #expect(state.pendingRollbacks.map(\.command.argv) == [["true"]])
    #expect(state.earliestDeadline == .seconds(60))
  }

  @Test func itIsUndone() {
    let state = LedgerState(reading: Array(Self.first.utf8))
    var stopped = ProcessFacts.fake(40, state: "T")
    stopped.identity = LedgerStateTests.worker
    let host = FakeHost([stopped])
    var unwinding = Unwinding(steps: state.pendingSteps, rollbacks: state.pendingRollbacks)
    let effects = unwinding.start(at: .seconds(1), on: host)
    #expect(effects.first == .send(.resume, LedgerStateTests.worker))
  }
}
