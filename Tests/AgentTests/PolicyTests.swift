import Model
import Testing

@testable import Agent

@Suite struct GuardianPolicyTests {
  /// The ledger of `LedgerStateTests`, whose fault is due at 60 seconds, after some entries.
  private func decide(
    _ count: Int, isAgentAlive: Bool, at seconds: Double
  ) -> GuardianPolicy.Decision {
    GuardianPolicy.decide(
      LedgerStateTests.folded(LedgerStateTests.entries.prefix(count)),
      isAgentAlive: isAgentAlive, at: .seconds(seconds))
  }

  @Test func itWaitsWhileTheAgentLives() {
    #expect(decide(2, isAgentAlive: true, at: 10) == .wait(until: nil))
    // Rollbacks are armed: at the run's limit of 900 s, with a minute for each of the two, two seconds
    // to read back, and one for the agent to come first.
    #expect(decide(3, isAgentAlive: true, at: 10) == .wait(until: .seconds(1023)))
    #expect(decide(5, isAgentAlive: true, at: 10) == .wait(until: .seconds(61)))
    #expect(decide(5, isAgentAlive: true, at: 60.9) == .wait(until: .seconds(61)))
  }

  @Test func itActsASecondAfterTheDeadline() {
    guard case .takeOver = decide(5, isAgentAlive: true, at: 61) else {
      Issue.record("it did not act")
      return
    }
  }

  @Test func itActsWhenTheAgentEndsAndSomethingIsLeft() {
    for count in 3...10 {
      guard case .takeOver = decide(count, isAgentAlive: false, at: 10) else {
        Issue.record("it did not act after entry \(count)")
        return
      }
    }
  }

  @Test func itLeavesWhenNothingIsLeft() {
    for count in [0, 1, 2, 11, 12] {
      #expect(decide(count, isAgentAlive: false, at: 10) == .leave)
    }
    #expect(decide(12, isAgentAlive: true, at: 10) == .leave)
  }
}

@Suite struct RecoveryPolicyTests {
  private func decide(
    _ entries: some Sequence<LedgerEntry>, agent: Bool = false, boot: String = "boot",
    namespace: RecoveryPolicy.Namespace = .ours, isLocked: Bool = false,
    at seconds: Double = 10
  ) -> RecoveryPolicy.Decision {
    RecoveryPolicy.decide(
      LedgerStateTests.folded(entries), isAgentAlive: agent, isLocked: isLocked, bootID: boot,
      namespace: namespace, at: .seconds(seconds))
  }

  private func isLeft(_ decision: RecoveryPolicy.Decision) -> Bool {
    if case .leave = decision { return true }
    return false
  }

  private func isTakenOver(_ decision: RecoveryPolicy.Decision) -> Bool {
    if case .takeOver = decision { return true }
    return false
  }

  private let entries = LedgerStateTests.entries

  @Test func whatIsDoneIsRemoved() {
    #expect(decide(entries) == .remove)
    #expect(decide(entries, boot: "other") == .remove)
    #expect(decide([]) == .remove)
    #expect(decide(entries.prefix(2)) == .remove)
  }

  @Test func aLiveRunIsLeftAlone() {
    #expect(isLeft(decide(entries.prefix(5), agent: true)))
    #expect(isLeft(decide(entries.prefix(2), agent: true)))
  }

  @Test func aLiveRunThatIsOverdueIsNot() {
    #expect(isTakenOver(decide(entries.prefix(5), agent: true, at: 62)))
    // Before that it is the guardian's turn.
    #expect(isLeft(decide(entries.prefix(5), agent: true, at: 61)))
  }

  @Test func aDeadRunIsTakenOver() {
    for count in 3...10 { #expect(isTakenOver(decide(entries.prefix(count)))) }
  }

  @Test func whereItsProcessesAreGoneOnlyCommandsAreLeft() {
    for decision in [
      decide(entries.prefix(5), agent: true, boot: "other"),
      decide(entries.prefix(5), namespace: .gone),
    ] {
      guard case .finish = decision else {
        Issue.record("\(decision)")
        continue
      }
    }
    #expect(decide(entries, namespace: .gone) == .remove)
  }

  @Test func anotherNamespaceIsLeftToItsAgentAndElseOutOfReach() {
    #expect(isLeft(decide(entries.prefix(5), namespace: .foreign, isLocked: true)))
    guard case .outOfReach = decide(entries.prefix(5), namespace: .foreign) else {
      Issue.record("nobody was told")
      return
    }
    #expect(decide(entries, namespace: .foreign) == .remove)
  }
}
