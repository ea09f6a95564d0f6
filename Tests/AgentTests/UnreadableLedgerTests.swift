import FoundationEssentials
import Glibc
import Linux
import Model
import Testing

/// Ledgers that are damaged, of another format, or not to be found: what can be undone is, and the
/// rest is told with what a person can do.
@Suite(.serialized, .enabled(if: access("/run/lock", W_OK) == 0))
struct UnreadableLedgerTests {
  /// What a command of the agent's program says in JSON.
  private struct Finding: Decodable {
    var run: String
    var title: String
    var pending: [String]
  }

  private func recover(_ scratch: Scratch) throws -> [Finding] {
    let result = try scratch.run("recover", "--format", "json")
    #expect(result.ending == .exited(ExitStatus.residue.rawValue), "\(result)")
    return try JSONDecoder().decode([Finding].self, from: Data(result.output.utf8))
  }

  private func residue(_ scratch: Scratch) throws -> [Residue] {
    let result = try scratch.run("residue", "--format", "json")
    #expect(result.ending == .exited(ExitStatus.residue.rawValue), "\(result)")
    return try JSONDecoder().decode([Residue].self, from: Data(result.output.utf8))
  }

  private func write(_ text: String, as name: String, in scratch: Scratch) throws -> String {
    try Directory.make(scratch.path + "/runs", mode: 0o700)
    let path = scratch.path + "/runs/" + name
    try Data(text.utf8).write(to: URL(filePath: path))
    chmod(path, 0o600)
    return path
  }

  /// Its boot is not known then, which is no proof that its target is gone.
  @Test func whatALedgerWithADamagedFirstLineStoppedIsContinued() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch, mayTrace: false)
    let run = "damaged-\(getpid())"
    _ = try session.begin(run, pausing: target)
    try session.pause()
    try session.killAll()
    let path = "\(scratch.path)/runs/\(run).ledger"
    var bytes = Array(try Data(contentsOf: URL(filePath: path)))
    bytes[30] ^= 0x01
    try Data(bytes).write(to: URL(filePath: path))
    chmod(path, 0o600)
    #expect(scratch.state(of: target) == "T")
    #expect(try residue(scratch).contains { $0.what.hasPrefix("run \(run): process.pause") })

    let finding = try #require(try recover(scratch).first { $0.run == run })
    #expect(scratch.state(of: target) == "S")
    #expect(finding.title == "untitled")
    #expect(finding.pending.contains { $0.contains("mv \(path)") }, "\(finding)")
  }

  /// It is neither removed as settled, nor is what can't work said to clear it.
  @Test(arguments: ["", "\n"])
  func aLedgerOfANewerFormatIsKept(end: String) throws {
    let scratch = try Scratch()
    let path = try write("2 1 0123456789abcdef {}" + end, as: "newer.ledger", in: scratch)
    let finding = try #require(try recover(scratch).first)
    #expect(finding.run == "newer")
    #expect(finding.pending.contains { $0.contains("install a jenner-agent") }, "\(finding)")
    #expect(scratch.ledgers == ["newer.ledger"])
    #expect(try Data(contentsOf: URL(filePath: path)).count == 23 + end.utf8.count)
    let named = try #require(try residue(scratch).first { $0.what.hasPrefix("run newer: ") })
    #expect(named.command.hasPrefix("install a jenner-agent that reads format 2"))
  }

  /// The same command again would not read it either.
  @Test func oneThatCanNotBeReadIsToBeLookedAtByHand() throws {
    let scratch = try Scratch()
    let path = try write("", as: "open.ledger", in: scratch)
    chmod(path, 0o666)
    let named = try #require(try residue(scratch).first { $0.what.contains(path) })
    #expect(named.command == "check its targets, then: mv \(path) \(path).unreadable")
    #expect(try recover(scratch).map(\.run) == ["open"])
  }

  /// What the ledgers hold is not known then; what is found by marks is cleared all the same.
  @Test func whereLedgersCanNotBeListedMarksAreStillSearched() throws {
    let scratch = try Scratch()
    let target = try scratch.start()
    let session = try AgentSession(in: scratch, mayTrace: false)
    _ = try session.begin("unlisted-\(getpid())", pausing: target)
    try session.pause()
    try session.killAll()
    let runs = scratch.path + "/runs"
    try FileManager.default.removeItem(atPath: runs)
    try Data().write(to: URL(filePath: runs))

    let found = try residue(scratch)
    #expect(found.contains { $0.command == "check \(runs), then: jenner-agent recover" })
    #expect(found.contains { $0.command == "kill -CONT \(target.pid)" })
    let result = try scratch.run("recover")
    #expect(result.ending == .exited(ExitStatus.residue.rawValue), "\(result)")
    #expect(result.output.contains("can't be listed"))
    #expect(scratch.state(of: target) == "S")
  }

  /// That root's directory is closed to a user says nothing of the user's own runs.
  @Test(.enabled(if: geteuid() == 0))
  func ledgersThatAreClosedToAUserAreOnlySaidNotToBeLookedFor() throws {
    let scratch = try Scratch()
    let path = scratch.path + "/closed"
    try Directory.make(path + "/runs", mode: 0o700)
    chmod(scratch.path, 0o755)
    let result = try scratch.runAsNobody("residue", state: path)
    #expect(result.ending == .exited(ExitStatus.pass.rawValue), "\(result)")
    #expect(result.errors.contains("not looked for: ledgers"))
  }
}
