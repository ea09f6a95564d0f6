import FoundationEssentials
import Glibc
import Linux
import Model
import Testing

@testable import Agent

/// Who holds a ledger that another wants to take over, and whom that other may end.
@Suite struct LedgerHolderTests {
  private func holder(
    _ name: String = "jenner-agent", _ arguments: [String] = ["recover"], state: String = "T",
    user: UInt32 = 1_000
  ) -> LedgerHolder {
    LedgerHolder(.fake(60, name, state: state, user: user, arguments: arguments))
  }

  @Test func aStoppedRecoverOfTheSameUserIsInTheWay() {
    #expect(holder().isInTheWay(of: 1_000, guardian: nil))
    #expect(!holder(state: "S").isInTheWay(of: 1_000, guardian: nil))
    // One that is traced goes on when its tracer lets it.
    #expect(!holder(state: "t").isInTheWay(of: 1_000, guardian: nil))
    #expect(!holder(user: 0).isInTheWay(of: 1_000, guardian: nil))
    #expect(!holder("editor").isInTheWay(of: 1_000, guardian: nil))
    #expect(!holder("jenner-agent", []).isInTheWay(of: 1_000, guardian: nil))
  }

  @Test func aStoppedGuardianIsInTheWay() {
    let guardian = holder("jenner-agent", ["guardian"])
    #expect(guardian.isInTheWay(of: 1_000, guardian: guardian.process.identity))
    #expect(!guardian.isInTheWay(of: 1_000, guardian: ProcessIdentity(pid: 60, startTime: 1)))
    let busy = holder("jenner-agent", ["guardian"], state: "R")
    #expect(!busy.isInTheWay(of: 1_000, guardian: busy.process.identity))
  }

  @Test func itIsNamed() {
    #expect(
      holder().text == "process 60 (jenner-agent recover) of user1000, which is stopped")
    #expect(holder().remedy.contains("kill -CONT 60"))
    #expect(holder("flock", ["x"], state: "S", user: 0).text == "process 60 (flock) of root")
    #expect(holder(state: "S").remedy == "wait until it has ended")
  }

  // MARK: Real ones

  private func abandoned(
    _ run: String, undo: Command, in scratch: Scratch
  ) throws -> DurableFile {
    let gone = ProcessIdentity(pid: 1, startTime: 1)
    return try scratch.write(
      [
        .opened(
          run: run, title: "", bootID: HostIdentity.bootID,
          pidNamespace: HostIdentity.pidNamespace, agent: gone, deadline: nil),
        .intent(
          LedgerIntent(
            step: 0, kind: "run", undo: [.run(undo)], undoClass: .none, deadline: nil)),
      ], asLedgerOf: run)
  }

  /// Somebody has pressed Ctrl-Z.
  @Test(.enabled(if: access("/run/lock", W_OK) == 0))
  func aStoppedRecoverIsEndedAndItsWorkDone() throws {
    let scratch = try Scratch()
    let begun = scratch.path + "/begun"
    let go = scratch.path + "/go"
    let script = "touch \(begun); until test -e \(go); do sleep 0.05; done"
    _ = try abandoned("halted", undo: Command(argv: ["sh", "-c", script]), in: scratch)
    let first = try scratch.start([Scratch.program, "recover"], ["JENNER_STATE": scratch.path])
    try scratch.wait { access(begun, F_OK) == 0 }
    kill(first.pid, SIGSTOP)
    try scratch.wait { scratch.state(of: first) == "T" }
    try Data().write(to: URL(filePath: go))
    let second = try scratch.run("recover")
    #expect(second.isSuccess, "\(second)")
    #expect(second.output.contains("halted (untitled): undone"), "\(second)")
    #expect(scratch.hasEnded(first))
  }

  @Test(.enabled(if: access("/run/lock", W_OK) == 0))
  func whoeverElseHoldsALedgerIsNamed() throws {
    let scratch = try Scratch()
    let undo = Command(argv: ["true"], timeout: .milliseconds(100))
    let ledger = try abandoned("held", undo: undo, in: scratch)
    let result = try scratch.run("recover")
    #expect(result.ending == .exited(ExitStatus.residue.rawValue), "\(result)")
    #expect(result.output.contains("is held by process \(getpid()) ("), "\(result)")
    withExtendedLifetime(ledger) {}
  }
}
