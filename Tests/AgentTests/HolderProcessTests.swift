import Agent
import FoundationEssentials
import Glibc
import Linux
import Model
import Testing

/// Real holders: faults that end with a process of ours, whatever ends that.
@Suite(.serialized, .enabled(if: access("/run/lock", W_OK) == 0))
struct HolderProcessTests {
  /// The kernel class: with everything of ours gone at once there is nobody left to undo, and no need.
  @Test func theKernelResumesWhenEverythingIsKilled() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch)
    _ = try session.begin("kernel", pausing: target)
    try session.pause()
    let holder = try scratch.holder(of: session.pid)
    try session.killAll(alsoKilling: [holder])
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
    let socket = try #require(Scratch.link("/proc/\(holder.pid)/fd/3"))
    let sharing = try scratch.host.processes().map(\.identity.pid).filter { pid in
      let open = (try? Directory.entries(of: "/proc/\(pid)/fd")) ?? []
      return open.contains { Scratch.link("/proc/\(pid)/fd/\($0)") == socket }
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
}
