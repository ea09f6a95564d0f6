import Faults
import Model
import Testing

@testable import Agent

/// What is undone at the end goes from the newest step to the oldest.
@Suite struct EndingOrderTests {
  private static let older = ProcessFacts.fake(1000)
  private static let newer = ProcessFacts.fake(2000)

  /// An agent with two processes stopped, of which each has an author's undo too.
  private func stopped(rollbacks: [Command] = []) -> SimulatedAgent {
    let agent = SimulatedAgent([Self.older, Self.newer])
    agent.ask(.hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]))
    for (step, target) in [Self.older, Self.newer].enumerated() {
      agent.ask(
        .prepare(
          step: step, fault: "process.pause", parameters: [:], targets: [target.identity]))
    }
    agent.ask(.begin(run: "r1", title: "title", limitSeconds: 600))
    agent.ask(.arm(rollbacks: rollbacks))
    for (step, name) in ["older", "newer"].enumerated() {
      agent.ask(.inject(step: step, deadlineSeconds: 60, undo: Command(argv: [name])))
    }
    return agent
  }

  private func commands(of agent: SimulatedAgent) -> [String] {
    agent.log.filter { $0.hasPrefix("run ") }
  }

  @Test func anOlderStepWaitsForANewerOneThatWasAskedFor() {
    let agent = stopped()
    agent.host.deaf = [2000]
    agent.ask(.undo(step: 1))
    agent.deliver(.lost("end of input"))
    // What needs no command does not wait.
    #expect(agent.host.all[1000]?.state == "S")
    #expect(commands(of: agent) == [])
    agent.host.all[2000]?.state = "S"
    agent.advance(by: .seconds(1))
    #expect(commands(of: agent) == ["run newer", "run older"])
    #expect(agent.hasExited)
  }

  @Test func aNewerStepThatCanNotBeProvedHoldsNobodyUpForLong() {
    let agent = stopped()
    agent.host.deaf = [2000]
    agent.ask(.undo(step: 1))
    agent.deliver(.lost("end of input"))
    agent.advance(by: .seconds(2))
    #expect(commands(of: agent) == ["run newer", "run older"])
    #expect(agent.hasExited)
  }

  @Test func rollbacksWaitForEveryStep() {
    let agent = stopped(rollbacks: [Command(argv: ["rollback"])])
    agent.host.deaf = [2000]
    agent.ask(.undo(step: 1))
    agent.deliver(.lost("end of input"))
    agent.advance(by: .seconds(2))
    #expect(commands(of: agent) == ["run newer", "run older", "run rollback"])
  }
}
