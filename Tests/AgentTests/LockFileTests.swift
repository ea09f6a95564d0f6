import Agent
import FoundationEssentials
import Glibc
import Linux
import Model
import Testing

/// The files of locks: who takes them, and who removes those of the dead.
@Suite(.serialized, .enabled(if: access("/run/lock", W_OK) == 0))
struct LockFileTests {
  private static let folder = "/run/lock/jenner"

  /// Without its lock a run would look dead to whoever recovers beside it.
  @Test func aRunWithoutItsOwnLockDoesNotBegin() throws {
    let scratch = try Scratch()
    try Directory.make(Self.folder, mode: 0o1777)
    let run = "twice-\(getpid())"
    let path = "\(Self.folder)/run-\(run).lock"
    let lock = try #require(try FileLock(path: path, mode: 0o600))
    defer { lock.removeFile() }
    let session = try AgentSession(in: scratch)
    let reply = try session.begin(run, pausing: try scratch.start())
    guard case .refused(let refusal) = reply else {
      Issue.record("begun: \(reply)")
      return
    }
    #expect(refusal.message.contains("run \(run) has another agent"), "\(refusal)")
    #expect(FileLock.holder(of: path) == getpid())
  }

  /// The lock of another user's run is not to be read, and what holds the target is no debugger.
  @Test(.enabled(if: geteuid() == 0))
  func theRunOfAnotherUserIsNamed() throws {
    let scratch = try Scratch()
    let target = try scratch.start(Scratch.asNobody + ["sleep", "600"])
    try scratch.wait { scratch.host.process(target.pid)?.programName == "sleep" }
    let first = try AgentSession(in: scratch)
    let run = "of-root-\(getpid())"
    _ = try first.begin(run, pausing: target)
    try first.pause()
    let second = try AgentSession(in: try Scratch(), asNobody: true)
    let prepare = Request.prepare(
      step: 0, fault: "process.pause", parameters: [:], targets: [target])
    guard case .refused(let refusal) = try second.ask(prepare) else {
      Issue.record("not refused")
      return
    }
    let owner = Users.name(of: 0).map { "user \($0)" } ?? "user 0"
    #expect(
      refusal.message == "process \(target.pid) is a target of another run, \(run) of \(owner)")
    #expect(refusal.cure == "wait until it has ended")
    _ = try second.ask(.end)
    _ = try first.ask(.end)
  }

  private func write(_ text: String, as name: String, for user: UInt32) throws -> String {
    try Directory.make(Self.folder, mode: 0o1777)
    let path = "\(Self.folder)/\(name)"
    try Data(text.utf8).write(to: URL(filePath: path))
    try #require(chmod(path, 0o600) == 0 && chown(path, user, user) == 0)
    return path
  }

  /// Their own users may never come to do it.
  @Test(.enabled(if: geteuid() == 0))
  func rootRemovesWhatKilledRunsOfOthersLeft() throws {
    let scratch = try Scratch()
    let paths = try ["run-gone.lock", "process-4026531836-999999-1.lock", "network-1-lo.lock"].map {
      try write("gone\n", as: $0, for: 65_534)
    }
    #expect(!(try scratch.run("residue")).output.contains("run-gone"))
    _ = try scratch.run("recover")
    for path in paths { #expect(access(path, F_OK) != 0, "\(path)") }
  }

  @Test(.enabled(if: geteuid() == 0))
  func butNotOneThatIsHeldOrThatSaysWhoIsStillStopped() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    kill(target.pid, SIGSTOP)
    try scratch.wait { scratch.state(of: target) == "T" }
    let stopped = TargetLock(
      target, pidNamespace: HostIdentity.pidNamespace, run: "theirs", isStopped: true)
    let kept = try write(stopped.text, as: stopped.fileName, for: 65_534)
    let held = try write("theirs\n", as: "run-theirs.lock", for: 65_534)
    let lock = try #require(try FileLock(path: held, mode: 0o600))
    _ = try scratch.run("recover")
    #expect(access(kept, F_OK) == 0 && access(held, F_OK) == 0)
    #expect(scratch.state(of: target) == "T", "what others wrote is not believed")
    kill(target.pid, SIGCONT)
    try scratch.wait { scratch.state(of: target) == "S" }
    withExtendedLifetime(lock) {}
    lock.removeFile()
    _ = try scratch.run("recover")
    #expect(access(kept, F_OK) != 0)
  }
}
