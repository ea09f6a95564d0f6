internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// An agent that a signal keeps from running, and whose ledger is lost.
///
/// Its run does not go on, as `RecoveryPolicy` has it of stopped agents; but with no ledger there is
/// nothing that says so, and by its locks it would seem to live for as long as nobody continues it.
struct StrandedAgent: Hashable {
  let process: ProcessIdentity
  let run: String

  /// Those of this host, as far as this user may see them.
  static func all() -> [StrandedAgent] {
    LockFiles.paths.compactMap { path in
      guard path.hasPrefix("\(LockFolder.path)/run-"), let pid = FileLock.holder(of: path),
        let process = LinuxHost().identity(of: pid), LinuxHost().state(of: process) == "T",
        hasLostLedger(process)
      else { return nil }
      let run = LockFiles.run(at: path)
      return RunName.isValid(run) ? StrandedAgent(process: process, run: run) : nil
    }
  }

  /// Whether none of the files that a process has open is a ledger that still has its name.
  ///
  /// False where that can't be seen. One that is kept in another directory than ours is not lost.
  private static func hasLostLedger(_ process: ProcessIdentity) -> Bool {
    let folder = "/proc/\(process.pid)/fd"
    guard let files = try? Directory.entries(of: folder), !files.isEmpty else { return false }
    let links = files.compactMap { LinuxHost.link("\(folder)/\($0)") }
    return !links.isEmpty && !links.contains(where: StateDirectory.isLedger)
  }
}
