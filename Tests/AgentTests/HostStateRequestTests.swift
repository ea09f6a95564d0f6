import FoundationEssentials
import Model
import Testing

@testable import Agent

/// The request `state`: answered only while nothing has been given up or touched.
@Suite struct HostStateRequestTests {
  private func greeted() -> SimulatedAgent {
    let agent = SimulatedAgent([.fake(1000)])
    agent.ask(.hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]))
    return agent
  }

  private func refusal(_ reply: Reply?) -> String? {
    if case .refused(let refusal)? = reply { return refusal.message }
    return nil
  }

  @Test func aGreetedAgentAnswersWithWhoItIs() throws {
    let agent = greeted()
    var state = HostState()
    state.set(.links, to: .entries(["lo": "up"]))
    agent.stateResult = CommandResult(
      ending: .exited(0), output: String(decoding: try JSONEncoder().encode(state), as: UTF8.self))
    state.agent = SimulatedAgent.identity.process
    #expect(agent.ask(.state) == .state(state))
    #expect(agent.disk.isEmpty)
    guard case .begun = agent.ask(.begin(run: "r", title: "t", limitSeconds: 600)) else {
      Issue.record("the run can't begin afterwards")
      return
    }
  }

  @Test func itIsRefusedOnceCapabilitiesAreGone() {
    let begun = greeted()
    begun.ask(.begin(run: "r", title: "t", limitSeconds: 600))
    #expect(refusal(begun.ask(.state))?.contains("before begin") == true)
    let watching = greeted()
    watching.ask(.watch(probe: 0, kind: "command", section: [:]))
    #expect(refusal(watching.ask(.state))?.contains("before begin") == true)
    #expect(refusal(SimulatedAgent([]).ask(.state))?.contains("hello") == true)
  }

  @Test(arguments: [
    CommandResult(ending: .timedOut), CommandResult(ending: .exited(3), errors: "no poll\n"),
    CommandResult(ending: .exited(0), output: "{\"sections\":"),
    CommandResult(ending: .notStarted("no memory")),
  ])
  func aStateThatCantBeReadIsARefusal(result: CommandResult) {
    let agent = greeted()
    agent.stateResult = result
    #expect(refusal(agent.ask(.state))?.contains("state of the host") == true)
    #expect(!agent.hasExited)
  }
}

@Suite struct TargetLockTests {
  private let process = ProcessIdentity(pid: 42, startTime: 4200)

  @Test(arguments: [true, false]) func aLockReadsItsOwnFile(isStopped: Bool) {
    let lock = TargetLock(process, pidNamespace: 5, run: "r-1", isStopped: isStopped)
    #expect(lock.fileName == "process-5-42-4200.lock")
    #expect(TargetLock(fileName: lock.fileName, text: lock.text) == lock)
  }

  @Test func aLockOfAnEarlierVersionStoppedNothing() {
    let lock = TargetLock(fileName: "process-5-42-4200.lock", text: "r\n")
    #expect(lock == TargetLock(process, pidNamespace: 5, run: "r", isStopped: false))
  }

  @Test(arguments: [
    "run-r.lock", "process-5-42.lock", "process-5--42-4200.lock", "process-5-0-4200.lock",
    "process-5-42-4200", "process-a-b-c.lock", "process-5-42-4200-1.lock", "",
  ])
  func otherFilesAreNone(name: String) {
    #expect(TargetLock(fileName: name, text: "r\nstopped\n") == nil)
  }

  @Test func theNameOfARunIsNotBelieved() {
    let lock = TargetLock(fileName: "process-5-42-4200.lock", text: "a b\u{1b}[2J\nstopped\n")
    #expect(lock?.run == "")
  }
}
