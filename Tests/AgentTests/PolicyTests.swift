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
    #expect(decide(3, isAgentAlive: true, at: 10) == .wait(until: nil))
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
    namespace: UInt64 = 5, at seconds: Double = 10
  ) -> RecoveryPolicy.Decision {
    RecoveryPolicy.decide(
      LedgerStateTests.folded(entries), isAgentAlive: agent, bootID: boot,
      pidNamespace: namespace, at: .seconds(seconds))
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

  @Test func anEarlierBootAndAnotherNamespaceAreToldApart() {
    #expect(decide(entries.prefix(5), agent: true, boot: "other") == .finishEarlierBoot)
    #expect(isLeft(decide(entries.prefix(5), namespace: 6)))
  }
}
