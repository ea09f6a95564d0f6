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
    #expect(locks(of: target).isEmpty)
    _ = try again.ask(.end)
  }

  @Test func recoverUndoesWhenEverythingIsKilled() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let marked = try scratch.start(["sleep", "600"], [EffectMark.variable: "all"])
    let session = try AgentSession(in: scratch, mayTrace: false)
    _ = try session.begin("all", pausing: target)
    try session.pause()
    #expect(try scratch.run("recover").output.contains("left alone"))
    #expect(scratch.isStopped(target))
    try killBoth(session, scratch)
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

  /// The kernel class: with everything of ours gone at once there is nobody left to undo, and no need.
  @Test func theKernelResumesWhenEverythingIsKilled() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("kernel", pausing: target)
    try session.pause()
    let holder = try scratch.holder(of: session.pid)
    try killBoth(session, scratch, alsoKilling: [holder])
    try scratch.wait { !scratch.isStopped(target) }
    // The ledger does not know that yet.
    #expect(try scratch.run("residue").ending == .exited(ExitStatus.residue.rawValue))
    #expect(try scratch.run("recover").isSuccess)
    #expect(try scratch.run("residue").isSuccess)
  }

  @Test func aHolderEndsWithItsAgentAlsoWithoutAGuardian() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("orphan", pausing: target)
    try session.pause()
    let guardian = try scratch.guardian(of: session.pid)
    kill(guardian.identity.pid, SIGSTOP)
    kill(session.pid, SIGKILL)
    try scratch.wait { !scratch.isStopped(target) }
    #expect(try scratch.run("recover").isSuccess)
    try scratch.wait { [nil, "Z"].contains(scratch.state(of: guardian.identity)) }
  }

  /// Neither agent nor guardian can act, and nobody runs `recover`.
  @Test func aHolderKeepsTheDeadlineByItself() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("alone", pausing: target)
    try session.pause(deadline: 0.5)
    let guardian = try scratch.guardian(of: session.pid)
    kill(guardian.identity.pid, SIGSTOP)
    kill(session.pid, SIGSTOP)
    #expect(scratch.isStopped(target))
    try scratch.wait { !scratch.isStopped(target) }
    kill(guardian.identity.pid, SIGKILL)
    kill(session.pid, SIGKILL)
    try session.wait { session.isOver }
    #expect(try scratch.run("recover").isSuccess)
  }

  /// Every thread is held, also those that are started meanwhile, and one process holds all targets.
  @Test func everyThreadIsHeldAndNobodyElseHasTheHoldersPipe() throws {
    let scratch = try Scratch()
    let target = try scratch.start(["python3", "-c", Self.threads])
    try scratch.wait { scratch.host.threadStates(of: target.pid).count == 5 }
    let session = try AgentSession(in: scratch)
    _ = try session.begin("threads", pausing: target)
    try session.pause()
    #expect(Set(scratch.host.threadStates(of: target.pid)) == ["t"])
    let holder = try scratch.holder(of: session.pid)
    #expect(scratch.host.threadStates(of: holder.pid).count == 1)
    let socket = try #require(link("/proc/\(holder.pid)/fd/3"))
    let sharing = try scratch.host.processes().map(\.identity.pid).filter { pid in
      let open = (try? Directory.entries(of: "/proc/\(pid)/fd")) ?? []
      return open.contains { link("/proc/\(pid)/fd/\($0)") == socket }
    }
    #expect(sharing == [holder.pid])
    _ = try session.ask(.undo(step: 0))
    #expect(!scratch.host.threadStates(of: target.pid).contains("t"))
    _ = try session.ask(.end)
  }

  private static let threads = """
    import threading, time
    for _ in range(4): threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    time.sleep(600)
    """

  @Test func whoEndsWhileItIsHeldIsSeenToEndByItsParent() throws {
    let scratch = try Scratch()
    let target = try scratch.start(["sleep", "600"])
    let session = try AgentSession(in: scratch)
    _ = try session.begin("ending", pausing: target)
    try session.pause()
    kill(target.pid, SIGKILL)
    try scratch.wait { scratch.hasEnded(target) }
    guard case .undone(_, let proofs) = try session.ask(.undo(step: 0)) else {
      Issue.record("not undone")
      return
    }
    #expect(proofs.map(\.isProved) == [true])
    _ = try session.ask(.end)
  }

  /// An agent that hangs, with nothing pending that has a deadline of its own.
  @Test func aStuckRunIsEndedByItsGuardian() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("stuck", pausing: target, limit: 0.5)
    let undo = Command(argv: ["touch", scratch.path + "/undone"], timeout: .milliseconds(500))
    _ = try session.ask(.act(step: 1, command: Command(argv: ["true"]), undo: undo))
    kill(session.pid, SIGSTOP)
    try scratch.wait { access(scratch.path + "/undone", F_OK) == 0 }
    try session.wait { session.isOver }
  }

  /// What an action has started goes on beside its undo, unless it is ended first.
  @Test func whatAnActionStartedEndsWithItWhenTheAgentIsKilled() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("background", pausing: target)
    let started = scratch.path + "/started"
    let script = "sleep 600 & echo $! >\(started); wait"
    try session.say(.act(step: 1, command: Command(argv: ["sh", "-c", script]), undo: nil))
    try scratch.wait { scratch.number(in: started) != nil }
    let child = try #require(scratch.number(in: started).flatMap { scratch.host.identity(of: $0) })
    try scratch.wait { scratch.ledgerText("background").contains("\"started\"") }
    kill(session.pid, SIGKILL)
    // Nothing is pending, so the guardian leaves; whoever recovers ends what still runs.
    try scratch.wait { scratch.hasEnded(child) || (try? scratch.run("recover").isSuccess) == true }
    try scratch.wait { scratch.hasEnded(child) }
  }

  @Test func aLedgerThatWasRemovedIsStillUndoneByTheGuardian() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch, mayTrace: false)
    _ = try session.begin("removed", pausing: target)
    try session.pause()
    for name in scratch.ledgers { unlink(scratch.path + "/runs/" + name) }
    // Nothing more is done without a ledger that others would find.
    guard case .refused = try session.ask(.arm(rollbacks: [Command(argv: ["true"])])),
      case .refused = try session.ask(
        .act(step: 5, command: Command(argv: ["true"]), undo: nil))
    else {
      Issue.record("not refused")
      return
    }
    kill(session.pid, SIGKILL)
    try scratch.wait { !scratch.isStopped(target) }
  }

  @Test func aLedgerThatCanNotBeReadIsNotDone() throws {
    let scratch = try Scratch()
    try Directory.make(scratch.path + "/runs", mode: 0o700)
    // A directory in its place is the one thing that even root can't read as a file.
    try Directory.make(scratch.path + "/runs/odd.ledger", mode: 0o700)
    for command in ["recover", "residue"] {
      let result = try scratch.run(command)
      #expect(result.ending == .exited(ExitStatus.residue.rawValue), "\(result)")
      #expect(result.output.contains("odd.ledger"))
    }
  }

  @Test func theNextRunRecoversFirst() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch, mayTrace: false)
    _ = try session.begin("first", pausing: target)
    try session.pause()
    try killBoth(session, scratch)
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

  // MARK: Helping

  /// Kills guardian and agent such that neither can react to the other's end.
  private func killBoth(
    _ session: AgentSession, _ scratch: Scratch, alsoKilling others: [ProcessIdentity] = []
  ) throws {
    let guardian = try scratch.guardian(of: session.pid)
    kill(guardian.identity.pid, SIGSTOP)
    for other in others { kill(other.pid, SIGKILL) }
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
