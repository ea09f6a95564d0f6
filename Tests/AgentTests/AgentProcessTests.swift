import Agent
import FoundationEssentials
import Glibc
import Linux
import Model
import Testing

/// Real agents, guardians and processes; serialized, because they share this machine's locks and time.
@Suite(.serialized, .enabled(if: access("/run/lock", W_OK) == 0))
struct AgentProcessTests {
  @Test func aWholeRunLeavesNothing() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    guard case .begun = try session.begin("whole", pausing: target) else {
      Issue.record("not begun")
      return
    }
    let guardian = try scratch.guardian(of: session.pid)
    try session.pause()
    #expect(scratch.isStopped(target))
    guard case .undone(0, let proofs) = try session.ask(.undo(step: 0)) else {
      Issue.record("not undone")
      return
    }
    #expect(proofs.allSatisfy(\.isProved) && proofs.count == 1)
    #expect(!scratch.isStopped(target))
    guard case .ended(let status) = try session.ask(.end) else {
      Issue.record("not ended")
      return
    }
    #expect(status.isClean)
    try session.wait { session.isOver }
    #expect(session.exit?.ending == .exited(0))
    #expect(session.exit?.errors == "")
    #expect(scratch.ledgers.isEmpty)
    try scratch.wait { scratch.state(of: guardian.identity) == nil }
  }

  @Test func theGuardianResumesWhenTheAgentIsKilled() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("killed", pausing: target)
    _ = try session.ask(.arm(rollbacks: [Command(argv: ["touch", scratch.path + "/rolled"])]))
    let guardian = try scratch.guardian(of: session.pid)
    try session.pause()
    kill(session.pid, SIGKILL)
    try scratch.wait { !scratch.isStopped(target) }
    try scratch.wait { scratch.state(of: guardian.identity) == nil }
    #expect(access(scratch.path + "/rolled", F_OK) == 0)

    // The runner comes back and asks; after that the ledger is not needed any more.
    let again = try AgentSession(in: scratch)
    guard case .status(let status) = try again.ask(.status(run: "killed")) else {
      Issue.record("no status")
      return
    }
    #expect(status.isKnown && status.isClean && status.proofs.allSatisfy(\.isProved))
    try scratch.wait { scratch.ledgers.isEmpty }
    #expect(scratch.locks(of: target).isEmpty)
    _ = try again.ask(.end)
  }

  @Test func recoverUndoesWhenEverythingIsKilled() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch, mayTrace: false)
    _ = try session.begin("all", pausing: target)
    let marked = try scratch.start(["sleep", "600"], [EffectMark.variable: "all"])
    try session.pause()
    #expect(try scratch.run("recover").output.contains("left alone"))
    #expect(scratch.isStopped(target))
    #expect(scratch.state(of: marked) == "S", "its run lives")
    try session.killAll()
    #expect(scratch.isStopped(target))

    let residue = try scratch.run("residue", "--format", "json")
    #expect(residue.ending == .exited(ExitStatus.residue.rawValue))
    let found = try JSONDecoder().decode([Residue].self, from: Data(residue.output.utf8))
    #expect(found.contains { $0.what.contains("signal CONT to process \(target.pid)") })
    #expect(found.contains { $0.command == "kill -KILL \(marked.pid)" })

    let recovery = try scratch.run("recover")
    #expect(recovery.isSuccess, "\(recovery)")
    #expect(!scratch.isStopped(target))
    #expect(["Z", nil].contains(scratch.state(of: marked)))
    #expect(try scratch.run("recover").isSuccess)
    #expect(scratch.ledgers.isEmpty)
    #expect(try scratch.run("residue").isSuccess)
  }

  @Test func theNextRunRecoversFirst() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch, mayTrace: false)
    _ = try session.begin("first", pausing: target)
    try session.pause()
    try session.killAll()
    let next = try AgentSession(in: scratch)
    let other = try scratch.start()
    guard case .begun = try next.begin("second", pausing: other) else {
      Issue.record("not begun")
      return
    }
    #expect(!scratch.isStopped(target))
    _ = try next.ask(.end)
  }

  @Test func theEndOfThePipeUndoes() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("pipe", pausing: target)
    try session.pause()
    session.agent?.closeInput()
    try session.wait { session.isOver }
    #expect(!scratch.isStopped(target))
    #expect(scratch.ledgers == ["pipe.ledger"])
    #expect(try scratch.run("recover").isSuccess)
    #expect(scratch.ledgers.isEmpty)
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGINT]) func aSignalToEndUndoes(signal: Int32) throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("signal", pausing: target)
    try session.pause()
    kill(session.pid, signal)
    try session.wait { session.isOver }
    #expect(session.exit?.ending == .exited(0))
    #expect(!scratch.isStopped(target))
  }

  @Test func aStoppedAgentIsFencedAfterTheDeadline() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("stopped", pausing: target)
    try session.pause(deadline: 0.5)
    kill(session.pid, SIGSTOP)
    try scratch.wait { !scratch.isStopped(target) }
    // It was killed, so it can't inject anything after the undo.
    try session.wait { session.isOver }
    #expect(session.exit?.ending == .signalled(SIGKILL))
  }

  @Test func aDeadlineIsKeptWithoutARunner() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("deadline", pausing: target)
    try session.pause(deadline: 0.3)
    try session.wait { !session.unasked.isEmpty }
    guard case .expired(0, let proofs)? = session.unasked.first else {
      Issue.record("not expired")
      return
    }
    #expect(proofs.map(\.isProved) == [true])
    #expect(!scratch.isStopped(target))
    _ = try session.ask(.end)
  }

  @Test func oneRunForEachTarget() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let first = try AgentSession(in: scratch)
    _ = try first.begin("first", pausing: target)
    let second = try AgentSession(in: scratch)
    guard case .refused(let refusal) = try second.begin("second", pausing: target) else {
      Issue.record("not refused")
      return
    }
    #expect(refusal.message.contains("another run, first"))
    try second.wait { second.isOver }
    #expect(scratch.ledgers == ["first.ledger"])
    _ = try first.ask(.end)
    #expect(scratch.locks(of: target).isEmpty)
  }

  @Test func theGuardianHoldsNothingOfOursAndIsReplacedWhenItIsKilled() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("guarded", pausing: target)
    let guardian = try scratch.guardian(of: session.pid)
    for descriptor in 0...2 {
      #expect(Scratch.link("/proc/\(guardian.identity.pid)/fd/\(descriptor)") == "/dev/null")
    }
    let fields = try scratch.host.contents(of: "/proc/\(guardian.identity.pid)/stat")
    let session6 = fields.split(separator: ")").last?.split(separator: " ").dropFirst(3).first
    #expect(session6.map(String.init) == String(guardian.identity.pid))

    kill(guardian.identity.pid, SIGKILL)
    try scratch.wait {
      scratch.anyGuardian(of: session.pid).map { $0.identity != guardian.identity } ?? false
    }
    // The new one may need a moment to be ready.
    try session.wait {
      let reply = try? session.ask(.inject(step: 0, deadlineSeconds: 60, undo: nil))
      if case .injected? = reply { return true }
      return false
    }
    kill(session.pid, SIGKILL)
    try scratch.wait { !scratch.isStopped(target) }
  }

  @Test(.enabled(if: Capabilities.permitted.contains("cap_setpcap")))
  func nothingIsLeftOfRootsCapabilities() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch, kinds: [])
    _ = try session.begin("confined", pausing: target)
    let act = Request.act(
      step: 1, command: Command(argv: ["grep", "^Cap", "/proc/self/status"]), undo: nil)
    guard case .acted(let result) = try session.ask(act) else {
      Issue.record("not run")
      return
    }
    let own = try scratch.host.contents(of: "/proc/\(session.pid)/status")
    for text in [result.output, own] {
      for set in ["Inh", "Prm", "Eff", "Bnd", "Amb"] {
        #expect(text.contains("Cap\(set):\t0000000000000000"))
      }
    }
    _ = try session.ask(.end)
  }
}
