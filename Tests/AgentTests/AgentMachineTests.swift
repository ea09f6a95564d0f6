import Faults
import Model
import Testing

@testable import Agent

@Suite struct AgentMachineTests {
  private static let worker = ProcessFacts.fake(1000)
  private static let other = ProcessFacts.fake(2000)

  /// An agent that has begun, with step 0 prepared to pause the worker and step 1 to kill the other.
  private func begun(_ change: (SimulatedAgent) -> Void = { _ in }) -> SimulatedAgent {
    let agent = SimulatedAgent([Self.worker, Self.other])
    change(agent)
    agent.ask(.hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]))
    agent.ask(
      .prepare(
        step: 0, fault: "process.pause", parameters: [:], targets: [Self.worker.identity]))
    agent.ask(
      .prepare(step: 1, fault: "process.kill", parameters: [:], targets: [Self.other.identity]))
    agent.ask(.begin(run: "r1", title: "title", limitSeconds: 600))
    return agent
  }

  private func state(_ agent: SimulatedAgent) -> String? { agent.host.all[1000]?.state }

  private func isRefused(_ reply: Reply?, _ words: String = "") -> Bool {
    guard case .refused(let refusal) = reply else { return false }
    return words.isEmpty || refusal.message.contains(words)
  }

  // MARK: A whole run

  @Test func aWholeRun() {
    let agent = begun()
    #expect(agent.ask(.arm(rollbacks: [Command(argv: ["r0"])])) == .armed)
    guard
      case .injected(let evidence) = agent.ask(
        .inject(step: 0, deadlineSeconds: 60, undo: nil))
    else {
      Issue.record("not injected")
      return
    }
    #expect(evidence.isInForce)
    #expect(state(agent) == "T")
    guard case .undone(0, let proofs) = agent.ask(.undo(step: 0)) else {
      Issue.record("not undone")
      return
    }
    #expect(proofs.map(\.isProved) == [true])
    #expect(state(agent) == "S")
    // Asked again it gives the same answer, and does nothing.
    let count = agent.log.count
    #expect(agent.ask(.undo(step: 0)) == .undone(step: 0, proofs: proofs))
    #expect(agent.log.count == count)
    guard case .rolledBack(let results) = agent.ask(.rollback) else {
      Issue.record("not rolled back")
      return
    }
    #expect(results.map(\.isSuccess) == [true])
    guard case .ended(let status) = agent.ask(.end) else {
      Issue.record("not ended")
      return
    }
    #expect(status.isClean && status.isKnown)
    #expect(agent.hasExited && agent.isLedgerRemoved)
    #expect(agent.log.filter { $0 == "run r0" }.count == 1)
    #expect(agent.violations.isEmpty)
  }

  @Test func beginLocksThenOpensThenConfinesThenGuards() {
    let agent = begun()
    #expect(agent.log == ["lock", "open", "confine", "guardian"])
    #expect(agent.kept == [])
  }

  @Test func whatThePlanNeedsIsKept() {
    let agent = SimulatedAgent([])
    let digests = Catalog(faults: Faults.all, probes: []).schemaDigests(of: ["process.kill"])
    agent.ask(.hello(protocolVersion: AgentProtocol.version, schemaDigests: digests))
    #expect(agent.ask(.allow(capabilities: ["cap_net_admin"])) == .armed)
    agent.ask(.begin(run: "r1", title: "", limitSeconds: 600))
    #expect(agent.kept == Set(ProcessKill.capabilities + ["cap_net_admin"]))
    #expect(isRefused(agent.ask(.allow(capabilities: ["cap_sys_admin"]))))
  }

  // MARK: Refusals

  @Test func otherVersionsAndSchemasAreRefused() {
    let agent = SimulatedAgent([])
    #expect(isRefused(agent.ask(.heartbeat), "hello"))
    #expect(isRefused(agent.ask(.hello(protocolVersion: 99, schemaDigests: [:])), "protocol"))
    let digests = ["process.kill": "another"]
    #expect(
      isRefused(
        agent.ask(.hello(protocolVersion: AgentProtocol.version, schemaDigests: digests)),
        "process.kill"))
  }

  @Test func theTargetOfAnotherRunIsRefusedWithItsName() {
    let agent = SimulatedAgent([.fake(1000, state: "t")])
    agent.otherLedgers.targets[ProcessFacts.fake(1000).identity] = "r7"
    agent.ask(.hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]))
    let reply = agent.ask(
      .prepare(
        step: 0, fault: "process.pause", parameters: [:],
        targets: [ProcessFacts.fake(1000).identity]))
    #expect(isRefused(reply, "another run, r7"))
  }

  @Test func whatIsOutOfOrderIsRefusedAndTouchesNothing() {
    let agent = SimulatedAgent([Self.worker])
    agent.ask(.hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]))
    let early: [Request] = [
      .inject(step: 0, deadlineSeconds: 1, undo: nil), .arm(rollbacks: []), .rollback,
      .undo(step: 0), .inspect(step: 0), .act(step: 0, command: Command(argv: ["a"]), undo: nil),
      .hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]),
      .prepare(step: 0, fault: "no.such", parameters: [:], targets: []),
      .prepare(step: 0, fault: "process.kill", parameters: ["signal": "NO"], targets: []),
      .prepare(
        step: 0, fault: "process.kill", parameters: [:],
        targets: [SimulatedAgent.identity.process]),
      .prepare(
        step: 0, fault: "process.kill", parameters: [:],
        targets: [ProcessIdentity(pid: 1000, startTime: 1)]),
      .begin(run: "../escape", title: "", limitSeconds: 600),
      .begin(run: "", title: "", limitSeconds: 600),
      .begin(run: "r1", title: "", limitSeconds: 0),
      .begin(run: "r1", title: "", limitSeconds: 1e12),
    ]
    for request in early { #expect(isRefused(agent.ask(request)), "\(request)") }
    #expect(agent.log.isEmpty)
  }

  @Test func whatIsRepeatedOrUnknownIsRefused() {
    let agent = begun()
    agent.ask(.arm(rollbacks: [Command(argv: ["r0"])]))
    agent.ask(.inject(step: 0, deadlineSeconds: 60, undo: nil))
    let count = agent.log.count
    let late: [Request] = [
      .begin(run: "r2", title: "", limitSeconds: 600),
      .inject(step: 0, deadlineSeconds: 60, undo: nil),
      .inject(step: 7, deadlineSeconds: 60, undo: nil), .arm(rollbacks: []),
      .inject(step: 1, deadlineSeconds: 0, undo: nil),
      .inject(step: 1, deadlineSeconds: 1e9, undo: nil),
      .prepare(
        step: 0, fault: "process.kill", parameters: [:], targets: [Self.other.identity]),
      .act(
        step: 5, command: Command(argv: ["a"], capabilities: ["cap_sys_admin"]), undo: nil),
    ]
    for request in late { #expect(isRefused(agent.ask(request)), "\(request)") }
    // Nothing was touched by what was refused, and so there is nothing to put back.
    #expect(agent.ask(.undo(step: 7)) == .undone(step: 7, proofs: []))
    #expect(agent.log.count == count)
  }

  // MARK: Injection

  @Test func aTargetThatIsGoneIsNotInForce() {
    let agent = begun()
    agent.host.all[1000] = nil
    guard
      case .injected(let evidence) = agent.ask(
        .inject(step: 0, deadlineSeconds: 60, undo: nil))
    else {
      Issue.record("not answered")
      return
    }
    #expect(!evidence.isInForce)
    #expect(!agent.log.contains("STOP 1000"))
  }

  @Test func killOfAProcessThatIsGoneAlreadyIsNotInForceEither() {
    let agent = begun()
    agent.host.all[2000] = nil
    guard
      case .injected(let evidence) = agent.ask(
        .inject(step: 1, deadlineSeconds: 60, undo: nil))
    else {
      Issue.record("not answered")
      return
    }
    #expect(!evidence.isInForce)
  }

  @Test func whatSomeoneElseStoppedMeanwhileIsRefused() {
    let agent = begun()
    agent.host.all[1000]?.state = "T"
    #expect(isRefused(agent.ask(.inject(step: 0, deadlineSeconds: 60, undo: nil)), "stopped"))
    agent.ask(.end)
    #expect(state(agent) == "T")
  }

  @Test func aSignalThatIsNotPermittedIsToldAtOnce() {
    let agent = begun { $0.host.immovable = [1000] }
    guard
      case .injected(let failed) = agent.ask(
        .inject(step: 0, deadlineSeconds: 60, undo: nil))
    else {
      Issue.record("a failure is known at once")
      return
    }
    #expect(!failed.isInForce)
    #expect(failed.achieved.contains("not permitted"))
  }

  @Test func whatIsDeliveredAndHasNoEffectIsMeasuredForASecond() {
    let agent = begun { $0.host.deaf = [1000] }
    #expect(agent.ask(.inject(step: 0, deadlineSeconds: 60, undo: nil)) == nil)
    agent.advance(by: .milliseconds(900))
    #expect(agent.replies.last?.number != 5)
    agent.advance(by: .milliseconds(200))
    guard case .injected(let evidence)? = agent.replies.last?.reply else {
      Issue.record("not answered")
      return
    }
    #expect(!evidence.isInForce)
    // It was touched, so it is undone all the same.
    agent.ask(.end)
    #expect(agent.log.contains("CONT 1000"))
  }

  @Test func withoutADurableUndoNothingIsTouched() {
    let agent = begun()
    agent.failing = [.ledger]
    #expect(isRefused(agent.ask(.inject(step: 0, deadlineSeconds: 60, undo: nil))))
    let act = Request.act(
      step: 2, command: Command(argv: ["a"]), undo: Command(argv: ["b"]))
    #expect(isRefused(agent.ask(act)))
    #expect(!agent.log.contains("STOP 1000") && !agent.log.contains("run a"))
    agent.failing = []
    agent.ask(.end)
    #expect(!agent.log.contains("run b"))
    #expect(agent.violations.isEmpty)
  }

  /// Of a run in another mount namespace the locks are not seen; its holder is no debugger.
  @Test func whatAnotherRunHoldsIsRefusedAndNamed() {
    let agent = begun()
    var holder = ProcessFacts.fake(70, "jenner-agent", parent: 69, user: 0, arguments: ["hold"])
    holder.executable = nil
    agent.host.all[70] = holder
    agent.host.hold([1000], by: 70)
    let inject = Request.inject(step: 0, deadlineSeconds: 60, undo: nil)
    #expect(isRefused(agent.ask(inject), "(worker) is held by another run of Jenner, of user root"))
  }

  /// Whoever takes the run over must tell what an action has started from what strangers have.
  @Test func anActionAndNotItsUndoCarriesTheMarkOfItsRun() {
    let agent = begun()
    agent.ask(.act(step: 2, command: Command(argv: ["a"]), undo: Command(argv: ["b"])))
    agent.ask(.undo(step: 2))
    #expect(agent.started.map(\.argv) == [["a"], ["b"]])
    #expect(agent.started.map(\.environment) == [[ActionMark.variable: "r1"], [:]])
  }

  @Test(arguments: [FailedEffect.lock, .ledger, .privileges, .guardian])
  func aBeginThatFailsEndsTheAgent(failure: FailedEffect) {
    let agent = begun { $0.failing = [failure] }
    #expect(isRefused(agent.replies.last?.reply, "it failed"))
    #expect(agent.hasExited && agent.isLedgerRemoved)
  }

  @Test func withoutAGuardianNothingIsInjected() {
    let agent = begun()
    agent.isGuardianReadyAtOnce = false
    agent.deliver(.guardianLost)
    #expect(agent.log.filter { $0 == "guardian" }.count == 2)
    #expect(isRefused(agent.ask(.inject(step: 0, deadlineSeconds: 60, undo: nil)), "guardian"))
    agent.becomeGuarded()
    agent.ask(.heartbeat)
    guard case .injected = agent.ask(.inject(step: 0, deadlineSeconds: 60, undo: nil)) else {
      Issue.record("not injected with a new guardian")
      return
    }
  }

  // MARK: Ends

  @Test func aDeadlineEndsAFaultUnasked() {
    let agent = begun()
    agent.ask(.inject(step: 0, deadlineSeconds: 3, undo: Command(argv: ["mend"])))
    agent.advance(by: .milliseconds(2990))
    #expect(state(agent) == "T")
    agent.advance(by: .milliseconds(20))
    #expect(state(agent) == "S")
    #expect(agent.log.last == "run mend")
    guard case .expired(0, let proofs)? = agent.replies.last(where: { $0.number == nil })?.reply
    else {
      Issue.record("nothing was said")
      return
    }
    #expect(proofs.count == 2)
  }

  @Test func silenceUndoesEverythingAndKeepsTheLedger() {
    let agent = begun()
    agent.ask(.arm(rollbacks: [Command(argv: ["r0"]), Command(argv: ["r1"])]))
    agent.ask(.inject(step: 0, deadlineSeconds: 60, undo: nil))
    agent.ask(.act(step: 2, command: Command(argv: ["a"]), undo: Command(argv: ["b"])))
    for _ in 0..<10 {
      agent.advance(by: .seconds(1))
      agent.ask(.heartbeat)
    }
    #expect(state(agent) == "T")
    agent.advance(by: .milliseconds(5100))
    #expect(state(agent) == "S")
    #expect(agent.log.suffix(4) == ["CONT 1000", "run b", "run r0", "run r1"])
    #expect(agent.hasExited && !agent.isLedgerRemoved)
    #expect(agent.disk.last == .closed)
  }

  @Test func silenceBeforeBeginIsPatience() {
    let agent = SimulatedAgent([])
    agent.ask(.hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]))
    agent.advance(by: .seconds(100))
    #expect(!agent.hasExited)
    agent.deliver(.lost("end of input"))
    #expect(agent.hasExited)
  }

  @Test func anActionThatRunsAtTheEndIsKilledBeforeItsUndo() {
    let agent = begun()
    agent.commandsEndAtOnce = false
    agent.ask(.act(step: 2, command: Command(argv: ["a"]), undo: Command(argv: ["b"])))
    agent.deliver(.lost("end of input"))
    #expect(agent.commands.map(\.command.argv) == [["b"]])
    agent.finishCommand()
    #expect(agent.hasExited)
  }

  @Test func whatCanNotBeUndoneIsToldAndStaysInTheLedger() {
    let agent = begun()
    agent.ask(.inject(step: 0, deadlineSeconds: 60, undo: nil))
    agent.host.immovable = [1000]
    guard case .ended(let status) = agent.ask(.end) else {
      Issue.record("not ended")
      return
    }
    #expect(status.pending.count == 1)
    #expect(!agent.isLedgerRemoved && agent.disk.last != .closed)
  }

  @Test func theLedgerOfAnotherRunIsToldAndRemovedOnceItIsClosed() {
    let agent = SimulatedAgent([])
    agent.ask(.hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]))
    agent.otherLedgers.all["r1"] = LedgerState(folding: LedgerStateTests.entries)
    agent.otherLedgers.all["r2"] = LedgerState(folding: Array(LedgerStateTests.entries.prefix(5)))
    guard case .status(let closed) = agent.ask(.status(run: "r1")),
      case .status(let open) = agent.ask(.status(run: "r2")),
      case .status(let unknown) = agent.ask(.status(run: "r3"))
    else {
      Issue.record("no status")
      return
    }
    #expect(closed.isKnown && closed.isClean && closed.proofs.count == 2)
    #expect(open.isKnown && !open.isClean)
    #expect(!unknown.isKnown)
    #expect(agent.otherLedgers.all.keys.sorted() == ["r2"])
  }

  // MARK: Every interleaving

  /// Random sequences of requests, failures, deaths and time: whatever happens, undos are on disk
  /// before effects, and at the end nothing that we stopped is stopped.
  @Test(arguments: 0..<400)
  func randomRunsLeaveNothingBehind(seed: Int) {
    var random = SplitMix(seed: UInt64(seed))
    let targets = (0..<4).map { ProcessFacts.fake(Int32(1000 + $0)) }
    let agent = SimulatedAgent(targets)
    if Bool.random(using: &random) { agent.host.obstacle = nil }
    agent.isHolderReadyAtOnce = Bool.random(using: &random)
    agent.ask(.hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]))
    for (step, target) in targets.enumerated() {
      agent.ask(
        .prepare(
          step: step, fault: "process.pause", parameters: [:], targets: [target.identity]))
    }
    agent.ask(.begin(run: "r1", title: "", limitSeconds: 600))
    agent.ask(.arm(rollbacks: [Command(argv: ["r0"]), Command(argv: ["r1"])]))
    agent.commandsEndAtOnce = Bool.random(using: &random)
    for _ in 0..<Int.random(in: 1...40, using: &random) { disturb(agent, targets, &random) }
    finish(agent, &random)

    #expect(agent.hasExited)
    #expect(agent.violations.isEmpty)
    let ledger = LedgerState(folding: agent.disk)
    #expect(agent.holders.isEmpty)
    for target in targets where agent.host.isStopped(target.identity.pid) {
      #expect(
        ledger.pendingSteps.contains { $0.intent.undo.contains(.resume(target.identity)) },
        "process \(target.identity.pid) is stopped, and nobody knows")
      #expect(agent.host.immovable.contains(target.identity.pid))
    }
    for name in ["run r0", "run r1"] { #expect(agent.log.filter { $0 == name }.count == 1) }
  }

  private func disturb(
    _ agent: SimulatedAgent, _ targets: [ProcessFacts], _ random: inout SplitMix
  ) {
    let step = Int.random(in: 0..<8, using: &random)
    switch Int.random(in: 0..<16, using: &random) {
    case 0...3:
      let seconds = Double.random(in: 0.1...8, using: &random)
      let undo = Bool.random(using: &random) ? Command(argv: ["mend"]) : nil
      agent.ask(.inject(step: step % 4, deadlineSeconds: seconds, undo: undo))
    case 4...5: agent.ask(.undo(step: step))
    case 6: agent.ask(.act(step: step + 4, command: Command(argv: ["a"]), undo: nil))
    case 7:
      agent.ask(
        .act(step: step + 4, command: Command(argv: ["a"]), undo: Command(argv: ["b"])))
    case 8: agent.advance(by: .milliseconds(Int.random(in: 1...1500, using: &random)))
    case 9: agent.finishCommand()
    case 10: agent.failing = Bool.random(using: &random) ? [.ledger] : []
    case 11: agent.host.all[targets[step % 4].identity.pid] = nil
    case 12: agent.deliver(.guardianLost)
    case 13: agent.becomeReady(step % 4)
    case 14: agent.endHolder(step % 4)
    default: agent.ask(Bool.random(using: &random) ? .rollback : .heartbeat)
    }
  }

  private func finish(_ agent: SimulatedAgent, _ random: inout SplitMix) {
    agent.failing = []
    switch Int.random(in: 0..<3, using: &random) {
    case 0: agent.ask(.end)
    case 1: agent.deliver(.lost("end of input"))
    default: agent.advance(by: .seconds(6))
    }
    for _ in 0..<50 where !agent.hasExited {
      agent.finishCommand()
      agent.advance(by: .milliseconds(500))
    }
  }
}
