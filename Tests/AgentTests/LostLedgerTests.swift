import Agent
import FoundationEssentials
import Glibc
import Linux
import Model
import Testing

/// Ledgers that are removed or unreadable, runs that are stuck, and what is found without a ledger.
@Suite(.serialized, .enabled(if: access("/run/lock", W_OK) == 0))
struct LostLedgerTests {
  /// The lock file says who was stopped, so that nothing is lost with a ledger.
  @Test func aStoppedTargetIsFoundByItsLockWhenTheLedgerIsLost() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch, mayTrace: false)
    let run = "lost-\(getpid())"
    _ = try session.begin(run, pausing: target)
    try session.pause()
    try session.killAll()
    try FileManager.default.removeItem(atPath: "\(scratch.path)/runs/\(run).ledger")
    #expect(scratch.state(of: target) == "T")

    let residue = try scratch.run("residue", "--format", "json")
    #expect(residue.ending == .exited(ExitStatus.residue.rawValue))
    let found = try JSONDecoder().decode([Residue].self, from: Data(residue.output.utf8))
    let named = try #require(found.first { $0.command == "kill -CONT \(target.pid)" })
    #expect(named.what.contains(run))

    #expect(try scratch.run("recover").output.contains("\(target.pid)"))
    #expect(scratch.state(of: target) == "S")
    #expect(scratch.locks(of: target).isEmpty)
  }

  /// By its locks it seems to live; nobody has to continue it, and nothing says what it did.
  @Test func aStoppedAgentWhoseLedgerIsLostIsEnded() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch, mayTrace: false)
    let run = "stranded-\(getpid())"
    _ = try session.begin(run, pausing: target)
    try session.pause()
    let guardian = try scratch.guardian(of: session.pid).identity
    let agent = try #require(scratch.host.identity(of: session.pid))
    for process in [guardian, agent] { kill(process.pid, SIGSTOP) }
    kill(guardian.pid, SIGKILL)
    // With its ledger in place that says what to do, and says it first.
    let before = try scratch.run("residue")
    #expect(!before.output.contains("its ledger lost"), "\(before)")
    unlink("\(scratch.path)/runs/\(run).ledger")

    let residue = try scratch.run("residue")
    #expect(residue.ending == .exited(ExitStatus.residue.rawValue))
    #expect(residue.output.contains("agent \(agent.pid) of run \(run)"), "\(residue)")
    #expect(scratch.state(of: target) == "T")

    let recovery = try scratch.run("recover")
    #expect(recovery.isSuccess, "\(recovery)")
    try session.wait { session.isOver }
    #expect(scratch.state(of: target) == "S")
    #expect(scratch.locks(of: target).isEmpty)
  }

  /// What nobody else has told of is told by `recover`.
  @Test func aRollbackThatFailsIsTold() throws {
    let scratch = try Scratch()
    let session = try AgentSession(in: scratch, mayTrace: false)
    _ = try session.ask(.begin(run: "failing-\(getpid())", title: "a test", limitSeconds: 600))
    let failing = Command(argv: ["sh", "-c", "echo no such table >&2; exit 3"])
    _ = try session.ask(.arm(rollbacks: [failing, Command(argv: ["/nowhere/to-be-found"])]))
    try session.killAll()

    let recovery = try scratch.run("recover")
    #expect(recovery.ending == .exited(ExitStatus.residue.rawValue))
    #expect(
      recovery.output.contains(
        "  FAILED: rollback: the command exited 3: no such table; it is not run again: sh -c "),
      "\(recovery)")
    #expect(recovery.output.contains("  LEFT BEHIND: rollback (could not be started: "))
    // The first has had its turn; the second waits for its program.
    let again = try scratch.run("recover")
    #expect(again.ending == .exited(ExitStatus.residue.rawValue))
    #expect(again.output.contains("  LEFT BEHIND: rollback (could not be started: "))
    #expect(try scratch.run("residue").output.contains("/nowhere/to-be-found"))
  }

  /// What the run has continued is stopped by another afterwards; that is no business of ours.
  @Test func whatAnotherStoppedStaysStopped() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch, mayTrace: false)
    _ = try session.begin("other-\(getpid())", pausing: target)
    try session.pause()
    _ = try session.ask(.undo(step: 0))
    try scratch.wait { scratch.state(of: target) == "S" }
    try session.killAll()
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
    try scratch.wait { scratch.hasEnded(child) }
  }

  /// A stranger was given the process id of an action that is gone, made a session of that number, and
  /// ended; what it started has nothing but the number.
  @Test func aStrangersSessionWithTheNumberOfAnActionsIsLeftAlone() throws {
    let scratch = try Scratch()
    let file = scratch.path + "/stranger"
    // It is a child of this test for as long as it takes to be reaped.
    let command = Command(argv: ["sh", "-c", "sleep 600 >/dev/null 2>&1 & echo $$ $! >\(file)"])
    try scratch.perform(command)
    let numbers = try scratch.host.contents(of: file).split { $0 == " " || $0 == "\n" }
      .compactMap { Int32($0) }
    try #require(numbers.count == 2)
    let stranger = try #require(scratch.host.identity(of: numbers[1]))
    defer { kill(stranger.pid, SIGKILL) }
    try #require(scratch.host.identity(of: numbers[0]) == nil, "the leader of its session is gone")

    let gone = ProcessIdentity(pid: numbers[0], startTime: 1)
    let undone = scratch.path + "/undone"
    try scratch.write(
      [
        .opened(
          run: "reused", title: "", bootID: HostIdentity.bootID,
          pidNamespace: HostIdentity.pidNamespace, agent: gone, deadline: nil),
        .intent(
          LedgerIntent(
            step: 0, kind: "run", undo: [.run(Command(argv: ["touch", undone]))],
            undoClass: .none, deadline: nil)), .started(step: 0, session: gone),
      ], asLedgerOf: "reused")
    #expect(try scratch.run("recover").isSuccess)
    #expect(access(undone, F_OK) == 0)
    #expect(!scratch.hasEnded(stranger))
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
}
