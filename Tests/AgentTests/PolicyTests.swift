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

  /// Whatever is pending, and where nothing is: locks and the ledger are still to be closed.
  @Test func itActsWhenTheAgentEnds() {
    for count in 1...11 {
      guard case .takeOver = decide(count, isAgentAlive: false, at: 10) else {
        Issue.record("it did not act after entry \(count)")
        return
      }
    }
  }

  @Test func itLeavesWhenTheLedgerIsClosed() {
    #expect(decide(12, isAgentAlive: false, at: 10) == .leave)
    #expect(decide(12, isAgentAlive: true, at: 10) == .leave)
  }
}

@Suite struct RecoveryPolicyTests {
  private func decide(
    _ entries: some Sequence<LedgerEntry>, agent: RecoveryPolicy.AgentCondition = .gone,
    boot: String = "boot", namespace: RecoveryPolicy.Namespace = .ours, isLocked: Bool = false,
    at seconds: Double = 10
  ) -> RecoveryPolicy.Decision {
    decide(
      LedgerStateTests.folded(entries), agent: agent, boot: boot, namespace: namespace,
      isLocked: isLocked, at: seconds)
  }

  private func decide(
    _ ledger: LedgerState, agent: RecoveryPolicy.AgentCondition = .gone, boot: String = "boot",
    namespace: RecoveryPolicy.Namespace = .ours, isLocked: Bool = false, at seconds: Double = 10
  ) -> RecoveryPolicy.Decision {
    RecoveryPolicy.decide(
      ledger, agent: agent, isLocked: isLocked, bootID: boot, namespace: namespace,
      at: .seconds(seconds))
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
    #expect(isLeft(decide(entries.prefix(5), agent: .running)))
    #expect(isLeft(decide(entries.prefix(2), agent: .running)))
  }

  @Test func aLiveRunThatIsOverdueIsNot() {
    #expect(isTakenOver(decide(entries.prefix(5), agent: .running, at: 62)))
    // Before that it is the guardian's turn.
    #expect(isLeft(decide(entries.prefix(5), agent: .running, at: 61)))
  }

  /// Its runner may be long dead, and then nobody continues it before a fault's deadline.
  @Test func aRunWhoseAgentIsStoppedIsTakenOver() {
    #expect(
      decide(entries.prefix(5), agent: .stopped) == .takeOver(reason: "its agent is stopped"))
    // Where there is nothing to undo, the lock of its ledger still keeps others away.
    #expect(decide(entries.prefix(2), agent: .stopped) == .remove)
  }

  /// Of a first line that is damaged neither boot nor namespace is known.
  @Test func whereItsBootIsNotKnownItsUndoIsTried() throws {
    var bytes = try LedgerStateTests.bytes(of: entries.prefix(5))
    bytes[30] ^= 0x01
    let ledger = LedgerState(reading: bytes)
    #expect(ledger.bootID.isEmpty && ledger.pidNamespace == 0 && ledger.pendingSteps.count == 1)
    for namespace in [RecoveryPolicy.Namespace.ours, .gone, .foreign] {
      #expect(isTakenOver(decide(ledger, namespace: namespace)))
    }
    // Nor is it known that its processes are gone where this boot's own id can't be read.
    #expect(isTakenOver(decide(entries.prefix(5), boot: "")))
  }

  @Test func aLedgerOfANewerFormatIsLeftToNewerPrograms() {
    for text in ["2 1 0123456789abcdef {}\n", "2 1 0123"] {
      let decision = decide(LedgerState(reading: Array(text.utf8)))
      guard case .outOfReach(let reason) = decision else {
        Issue.record("\(text): \(decision)")
        continue
      }
      #expect(reason.contains("format 2"))
    }
  }

  @Test func aDeadRunIsTakenOver() {
    for count in 3...10 { #expect(isTakenOver(decide(entries.prefix(count)))) }
  }

  @Test func whereItsProcessesAreGoneOnlyCommandsAreLeft() {
    let entries = self.entries.prefix(5)
    #expect(decide(entries, agent: .running, boot: "other") == .finish(.boot))
    #expect(decide(entries, namespace: .gone) == .finish(.pidNamespace))
    #expect(decide(entries, boot: "other", namespace: .gone) == .finish(.boot))
    #expect(decide(self.entries, namespace: .gone) == .remove)
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
