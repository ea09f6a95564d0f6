import Model
import Testing

@testable import Agent

/// A fault that a holder of ours keeps in force, in the agent's machine.
@Suite struct HolderTests {
  private static let worker = ProcessFacts.fake(1000)
  private static let inject = Request.inject(step: 0, deadlineSeconds: 60, undo: nil)

  private func begun(_ change: (SimulatedAgent) -> Void = { _ in }) -> SimulatedAgent {
    let agent = SimulatedAgent([Self.worker])
    agent.host.obstacle = nil
    change(agent)
    agent.ask(.hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]))
    agent.ask(
      .prepare(
        step: 0, fault: "process.pause", parameters: [:], targets: [Self.worker.identity]))
    agent.ask(.begin(run: "r1", title: "title", limitSeconds: 600))
    return agent
  }

  private func isRefused(_ reply: Reply?) -> Bool {
    if case .refused? = reply { return true }
    return false
  }

  private func answer(_ agent: SimulatedAgent, to number: Int) -> Reply? {
    agent.replies.last { $0.number == number }?.reply
  }

  @Test func theHolderIsOnDiskBeforeItHoldsAnything() {
    let agent = begun()
    guard case .injected(let evidence)? = agent.ask(Self.inject) else {
      Issue.record("not injected")
      return
    }
    #expect(evidence.isInForce)
    #expect(agent.log.suffix(2) == ["holder 0", "hold 1000"])
    #expect(agent.host.all[1000]?.state == "t")
    guard case .undone(_, let proofs)? = agent.ask(.undo(step: 0)) else {
      Issue.record("not undone")
      return
    }
    #expect(proofs.map(\.isProved) == [true])
    #expect(agent.host.all[1000]?.state == "S")
    #expect(agent.holders.isEmpty)
    #expect(agent.violations.isEmpty)
  }

  /// What this run holds itself may be hit by another fault of it.
  @Test func anotherFaultMayHitWhatItHolds() {
    let agent = begun()
    agent.ask(Self.inject)
    #expect(agent.host.all[1000]?.state == "t")
    let reply = agent.ask(
      .prepare(
        step: 1, fault: "process.kill", parameters: [:], targets: [Self.worker.identity]))
    guard case .prepared? = reply else {
      Issue.record("not prepared: \(String(describing: reply))")
      return
    }
  }

  @Test func nothingIsWrittenOrTouchedUntilItIsReady() {
    let agent = begun { $0.isHolderReadyAtOnce = false }
    #expect(agent.ask(Self.inject) == nil)
    #expect(LedgerState(folding: agent.disk).steps.isEmpty)
    #expect(isRefused(agent.ask(Self.inject)), "one at a time")
    agent.becomeReady(0)
    agent.ask(.heartbeat)
    guard case .injected(let evidence)? = answer(agent, to: 4) else {
      Issue.record("not injected: \(agent.replies)")
      return
    }
    #expect(evidence.isInForce)
  }

  /// All of them may have been stopped meanwhile; what begins then would be overdue at once.
  @Test func aHolderThatIsReadyAfterTheDeadlineHoldsNothing() {
    let agent = begun { $0.isHolderReadyAtOnce = false }
    agent.ask(.inject(step: 0, deadlineSeconds: 2, undo: nil))
    agent.advance(by: .seconds(3))
    agent.becomeReady(0)
    agent.ask(.heartbeat)
    #expect(isRefused(answer(agent, to: 4)))
    #expect(!agent.log.contains("hold 1000"))
    #expect(LedgerState(folding: agent.disk).steps.isEmpty)
  }

  @Test func aHolderThatEndsAtItsStartIsARefusal() {
    let agent = begun { $0.isHolderReadyAtOnce = false }
    agent.ask(Self.inject)
    agent.endHolder(0)
    agent.ask(.heartbeat)
    #expect(isRefused(answer(agent, to: 4)))
    #expect(agent.host.all[1000]?.state == "S")
    #expect(LedgerState(folding: agent.disk).steps.isEmpty)
  }

  @Test func aHolderThatCanNotBeStartedIsARefusal() {
    let agent = begun { $0.failing = [.holder] }
    #expect(isRefused(agent.ask(Self.inject)))
    #expect(LedgerState(folding: agent.disk).isSettled)
  }

  @Test func withoutALedgerEntryItIsEndedBeforeItHolds() {
    let agent = begun()
    agent.failing = [.ledger]
    #expect(isRefused(agent.ask(Self.inject)))
    #expect(agent.holders.isEmpty)
    #expect(!agent.log.contains("hold 1000"))
    #expect(agent.host.all[1000]?.state == "S")
  }

  @Test func theEndOvertakesAHolderThatIsStarting() {
    let agent = begun { $0.isHolderReadyAtOnce = false }
    agent.ask(Self.inject)
    agent.deliver(.lost("end of input"))
    #expect(agent.hasExited)
    #expect(agent.holders.isEmpty)
    #expect(agent.host.all[1000]?.state == "S")
  }

  @Test func aHolderThatIsKilledMeanwhileIsNoFaultInForce() {
    let agent = begun()
    agent.ask(Self.inject)
    agent.endHolder(0)
    guard case .inspected(let evidence)? = agent.ask(.inspect(step: 0)) else {
      Issue.record("not inspected")
      return
    }
    #expect(!evidence.isInForce)
    guard case .undone(_, let proofs)? = agent.ask(.undo(step: 0)) else {
      Issue.record("not undone")
      return
    }
    #expect(proofs.map(\.isProved) == [true])
  }

  @Test func theRunsLimitEndsItWithoutAWord() {
    let agent = begun()
    agent.ask(.arm(rollbacks: [Command(argv: ["r0"])]))
    agent.ask(.act(step: 1, command: Command(argv: ["a"]), undo: Command(argv: ["b"])))
    // The runner lives and says so, but it is stuck in the middle of its run.
    for _ in 0..<620 where !agent.hasExited {
      agent.advance(by: .seconds(1))
      agent.ask(.heartbeat)
    }
    #expect(agent.hasExited)
    #expect(agent.log.suffix(2) == ["run b", "run r0"])
  }
}
