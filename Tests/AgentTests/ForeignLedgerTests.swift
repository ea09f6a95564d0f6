import FoundationEssentials
import Glibc
import Linux
import Model
import Testing

/// Ledgers that somebody else may have written: what they say is not done, and no run begins.
@Suite(.serialized, .enabled(if: access("/run/lock", W_OK) == 0))
struct ForeignLedgerTests {
  /// Begins a run whose undo makes a file, and kills everything of it; gives the path of the file.
  private func leaveAnUndo(in scratch: Scratch, _ run: String) throws -> String {
    let session = try AgentSession(in: scratch)
    _ = try session.begin(run, pausing: try scratch.start())
    let file = scratch.path + "/undone"
    _ = try session.ask(
      .act(
        step: 1, command: Command(argv: ["true"]), undo: Command(argv: ["touch", file])))
    try session.killAll()
    return file
  }

  private func expectRefusal(_ scratch: Scratch, naming text: String, cure: String) throws {
    for command in ["recover", "residue"] {
      let result = try scratch.run(command)
      #expect(result.ending == .exited(ExitStatus.residue.rawValue), "\(result)")
      #expect(result.output.contains(text) && result.output.contains(cure), "\(result)")
    }
    let session = try AgentSession(in: scratch)
    let reply = try session.begin("refused", pausing: try scratch.start())
    guard case .refused(let refusal) = reply else {
      Issue.record("begun: \(reply)")
      return
    }
    #expect(refusal.message.contains(text), "\(refusal)")
    #expect(refusal.cure?.contains(cure) == true, "\(refusal)")
  }

  @Test(.enabled(if: geteuid() == 0))
  func nothingIsDoneThatStandsInAFolderOfAnother() throws {
    let scratch = try Scratch()
    let file = try leaveAnUndo(in: scratch, "foreign-folder")
    let runs = scratch.path + "/runs"
    try #require(chown(runs, 65_534, 65_534) == 0)
    try expectRefusal(scratch, naming: "which user 65534 owns", cure: "mv \(runs) \(runs).foreign")
    #expect(access(file, F_OK) != 0)
    try #require(chown(runs, 0, 0) == 0)
    #expect(try scratch.run("recover").isSuccess)
    #expect(access(file, F_OK) == 0)
  }

  @Test(arguments: ["", "/runs"])
  func norInOneThatOthersCanWriteTo(part: String) throws {
    let scratch = try Scratch()
    let file = try leaveAnUndo(in: scratch, "writable-folder")
    let folder = scratch.path + part
    try #require(chmod(folder, 0o777) == 0)
    try expectRefusal(scratch, naming: "which others", cure: "chmod go-w \(folder)")
    #expect(access(file, F_OK) != 0)
    try #require(chmod(folder, 0o700) == 0)
    #expect(try scratch.run("recover").isSuccess)
    #expect(access(file, F_OK) == 0)
  }

  /// As /tmp is: whoever else writes there can't touch the folder of ledgers.
  @Test func aStickyOneAboveIsNoReason() throws {
    let scratch = try Scratch()
    try #require(chmod(scratch.path, 0o1777) == 0)
    let session = try AgentSession(in: scratch)
    let reply = try session.begin("sticky", pausing: try scratch.start())
    guard case .begun = reply else {
      Issue.record("not begun: \(reply)")
      return
    }
    _ = try session.ask(.end)
    #expect(try scratch.run("recover").isSuccess)
  }

  @Test(.enabled(if: geteuid() == 0))
  func aForeignLedgerIsNotPerformed() throws {
    let scratch = try Scratch()
    let file = try leaveAnUndo(in: scratch, "foreign-ledger")
    let ledger = scratch.path + "/runs/foreign-ledger.ledger"
    try #require(chown(ledger, 65_534, 65_534) == 0)
    let result = try scratch.run("recover")
    #expect(result.ending == .exited(ExitStatus.residue.rawValue), "\(result)")
    #expect(result.output.contains("trust \(ledger)"), "\(result)")
    #expect(access(file, F_OK) != 0)
  }

  /// A user who is not root keeps ledgers of his own, in folders of his own.
  @Test(.enabled(if: geteuid() == 0))
  func aUsersOwnFolderIsTrusted() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/own"
    try Directory.make(path + "/runs", mode: 0o700)
    chmod(scratch.path, 0o755)
    for folder in [path, path + "/runs"] { try #require(chown(folder, 65_534, 65_534) == 0) }
    for command in ["recover", "residue"] {
      let result = try scratch.runAsNobody(command, state: path)
      #expect(!(result.output + result.errors).contains("trust"), "\(result)")
    }
  }

  /// Every command would look for other ledgers than those that the user means.
  @Test(arguments: ["recover", "residue", "state", "guardian"])
  func aRelativeStateDirectoryIsRefused(command: String) throws {
    let scratch = try Scratch()
    let result = try scratch.run(command, state: "state")
    #expect(result.ending == .exited(ExitStatus.usage.rawValue), "\(result)")
    #expect(result.errors.contains("JENNER_STATE is 'state'"), "\(result)")
    #expect(result.errors.contains("begins with /"), "\(result)")
  }
}
