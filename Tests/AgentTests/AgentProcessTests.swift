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
    #expect(scratch.state(of: target) == "T")
    guard case .undone(0, let proofs) = try session.ask(.undo(step: 0)) else {
      Issue.record("not undone")
      return
    }
    #expect(proofs.allSatisfy(\.isProved) && proofs.count == 1)
    #expect(scratch.state(of: target) != "T")
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
    try scratch.wait { scratch.state(of: target) != "T" }
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
    #expect(locks(of: target).isEmpty)
    _ = try again.ask(.end)
  }

  @Test func recoverUndoesWhenEverythingIsKilled() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("all", pausing: target)
    let marked = try scratch.start([EffectMark.variable: "all"])
    try session.pause()
    #expect(try scratch.run("recover").output.contains("left alone"))
    #expect(scratch.state(of: target) == "T")
    #expect(scratch.state(of: marked) == "S", "its run lives")
    try killBoth(session, scratch)
    #expect(scratch.state(of: target) == "T")

    let residue = try scratch.run("residue", "--format", "json")
    #expect(residue.ending == .exited(ExitStatus.residue.rawValue))
    let found = try JSONDecoder().decode([Residue].self, from: Data(residue.output.utf8))
    #expect(found.contains { $0.what.contains("signal CONT to process \(target.pid)") })
    #expect(found.contains { $0.command == "kill -KILL \(marked.pid)" })

    let recovery = try scratch.run("recover")
    #expect(recovery.isSuccess, "\(recovery)")
    #expect(scratch.state(of: target) != "T")
    #expect(["Z", nil].contains(scratch.state(of: marked)))
    #expect(try scratch.run("recover").isSuccess)
    #expect(scratch.ledgers.isEmpty)
    #expect(try scratch.run("residue").isSuccess)
  }

  /// The lock file says who was stopped, so that nothing is lost with a ledger.
  @Test func aStoppedTargetIsFoundByItsLockWhenTheLedgerIsLost() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    let run = "lost-\(getpid())"
    _ = try session.begin(run, pausing: target)
    try session.pause()
    try killBoth(session, scratch)
    try FileManager.default.removeItem(atPath: "\(scratch.path)/runs/\(run).ledger")
    #expect(scratch.state(of: target) == "T")

    let residue = try scratch.run("residue", "--format", "json")
    #expect(residue.ending == .exited(ExitStatus.residue.rawValue))
    let found = try JSONDecoder().decode([Residue].self, from: Data(residue.output.utf8))
    let named = try #require(found.first { $0.command == "kill -CONT \(target.pid)" })
    #expect(named.what.contains(run))

    #expect(try scratch.run("recover").output.contains("\(target.pid)"))
    #expect(scratch.state(of: target) == "S")
    #expect(locks(of: target).isEmpty)
  }

  /// What the run has continued is stopped by another afterwards; that is no business of ours.
  @Test func whatAnotherStoppedStaysStopped() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("other-\(getpid())", pausing: target)
    try session.pause()
    _ = try session.ask(.undo(step: 0))
    try scratch.wait { scratch.state(of: target) == "S" }
    try killBoth(session, scratch)
    kill(target.pid, SIGSTOP)
    try scratch.wait { scratch.state(of: target) == "T" }
    _ = try scratch.run("recover")
    #expect(scratch.state(of: target) == "T")
  }

  /// Anybody may write a file there, and must not have others' processes continued by that.
  @Test func aLockThatAnybodyMayHaveWrittenIsNotBelieved() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    kill(target.pid, SIGSTOP)
    try scratch.wait { scratch.state(of: target) == "T" }
    let lock = TargetLock(
      target, pidNamespace: HostIdentity.pidNamespace, run: "forged", isStopped: true)
    try Directory.make("/run/lock/jenner", mode: 0o1777)
    let path = "/run/lock/jenner/\(lock.fileName)"
    try Data(lock.text.utf8).write(to: URL(filePath: path))
    chmod(path, 0o666)
    _ = try scratch.run("recover")
    #expect(scratch.state(of: target) == "T")
    // The same from this user alone is.
    try Data(lock.text.utf8).write(to: URL(filePath: path))
    chmod(path, 0o644)
    _ = try scratch.run("recover")
    #expect(scratch.state(of: target) == "S")
    #expect(access(path, F_OK) != 0)
  }

  @Test func theNextRunRecoversFirst() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("first", pausing: target)
    try session.pause()
    try killBoth(session, scratch)
    let next = try AgentSession(in: scratch)
    let other = try scratch.start()
    guard case .begun = try next.begin("second", pausing: other) else {
      Issue.record("not begun")
      return
    }
    #expect(scratch.state(of: target) != "T")
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
    #expect(scratch.state(of: target) != "T")
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
    #expect(scratch.state(of: target) != "T")
  }

  @Test func aStoppedAgentIsFencedAfterTheDeadline() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("stopped", pausing: target)
    try session.pause(deadline: 0.5)
    kill(session.pid, SIGSTOP)
    try scratch.wait { scratch.state(of: target) != "T" }
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
    #expect(scratch.state(of: target) != "T")
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
    #expect(locks(of: target).isEmpty)
  }

  @Test func theGuardianHoldsNothingOfOursAndIsReplacedWhenItIsKilled() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("guarded", pausing: target)
    let guardian = try scratch.guardian(of: session.pid)
    for descriptor in 0...2 {
      #expect(link("/proc/\(guardian.identity.pid)/fd/\(descriptor)") == "/dev/null")
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
    try scratch.wait { scratch.state(of: target) != "T" }
  }

  @Test(.enabled(if: Capabilities.permitted.contains("cap_setpcap")))
  func nothingIsLeftOfRootsCapabilities() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
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

  // MARK: Helping

  /// Kills guardian and agent such that neither can react to the other's end.
  private func killBoth(_ session: AgentSession, _ scratch: Scratch) throws {
    let guardian = try scratch.guardian(of: session.pid)
    kill(guardian.identity.pid, SIGSTOP)
    kill(session.pid, SIGKILL)
    kill(guardian.identity.pid, SIGKILL)
    try session.wait { session.isOver }
    try scratch.wait { [nil, "Z"].contains(scratch.state(of: guardian.identity)) }
  }

  private func locks(of target: ProcessIdentity) -> [String] {
    ((try? Directory.entries(of: "/run/lock/jenner")) ?? [])
      .filter { $0.contains("-\(target.pid)-\(target.startTime).") }
  }

  private func link(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, buffer.count)
    guard count >= 0 else { return nil }
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
