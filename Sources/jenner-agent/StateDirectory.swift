internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// Where the ledgers of this host's runs are.
struct StateDirectory: LedgerReader {
  /// The most that is read of one ledger, in bytes.
  static let ledgerLimit = 64 << 20

  /// Where those of root are.
  static let rootDefault = "/var/lib/jenner"

  private static let suffix = ".ledger"

  let path: String

  /// A directory whose path is known.
  init(path: String) {
    self.path = path
  }

  /// `$JENNER_STATE`, else `/var/lib/jenner` for root, else `$XDG_STATE_HOME/jenner`, else
  /// `~/.local/state/jenner`.
  ///
  /// A `$JENNER_STATE` that is no absolute path has been refused before: `AgentMain`.
  init() {
    if let own = (try? StateVariable.path()) ?? nil {
      path = own
    } else if geteuid() == 0 {
      path = Self.rootDefault
    } else if let home = CommandEnvironment.variable("XDG_STATE_HOME"), home.hasPrefix("/") {
      path = home + "/jenner"
    } else {
      path = Users.home + "/.local/state/jenner"
    }
  }

  var runs: String { path + "/runs" }

  /// The path of a run's ledger; the name must be valid.
  func ledgerPath(ofRun run: String) -> String { "\(runs)/\(run)\(Self.suffix)" }

  /// The name of the run that the name of a ledger's file says.
  static func run(ofLedger path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    return String(name.hasSuffix(suffix) ? name.dropLast(suffix.count) : name).limited
  }

  /// Whether a path is that of a ledger.
  static func isLedger(_ path: String) -> Bool { path.hasSuffix(suffix) }

  /// What a person does where the ledgers can't be listed.
  var remedyOfUnlisted: String {
    distrust()?.cure ?? "check \(runs.shellQuoted), then: \(recoverCommand)"
  }

  /// Makes the directories, for this user alone; what somebody else has made meanwhile is refused.
  func make() throws {
    try Directory.make(runs, mode: 0o700)
    try requireTrusted()
  }

  /// The paths of all ledgers, sorted; a directory that can't be believed is an error.
  func ledgerPaths() throws(SystemError) -> [String] {
    if let distrust = distrust() { throw distrust.error }
    do throws(SystemError) {
      return try Directory.entries(of: runs).filter { $0.hasSuffix(Self.suffix) }.sorted()
        .map { "\(runs)/\($0)" }
    } catch {
      if error.code == ENOENT { return [] }
      throw error
    }
  }

  /// What the ledger of a run says; nil if there is none, or if the name can't be one.
  func ledger(ofRun run: String) throws(Refusal) -> LedgerState? {
    guard RunName.isValid(run) else { return nil }
    do throws(SystemError) {
      return try Self.read(ledgerPath(ofRun: run))
    } catch {
      throw Refusal("the ledger of run \(run) can't be read: \(error)")
    }
  }

  /// The run that has locked a process as its target now.
  func run(withTarget process: ProcessIdentity) -> String? {
    LockFiles.run(withTarget: process)
  }

  /// What a ledger says; nil if there is none.
  ///
  /// One that is there and can't be read is an error: it may hold an undo that nobody else knows.
  static func read(_ path: String) throws(SystemError) -> LedgerState? {
    // What it says is done to this host, so that only this user may have written it.
    guard let file = try DurableFile(opening: path) else { return nil }
    try file.requirePrivate()
    return LedgerState(reading: try file.contents(limit: ledgerLimit))
  }
}
