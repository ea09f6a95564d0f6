internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// The locks on what a run hits: one run for each target, over all users of a host.
///
/// They are files in a directory that everyone may write to, named by the target's pid namespace,
/// process id and start time, and held by flock(2): they end with this process, however it ends.
final class TargetLocks {
  static let folder = "/run/lock/jenner"

  private var held: [ProcessIdentity: FileLock] = [:]

  /// Gives all locks up, and removes their files.
  func release() {
    for lock in held.values { lock.removeFile() }
    held = [:]
  }

  /// Locks targets for a run; a target that this process has locked already is no mistake.
  func lock(_ targets: [ProcessIdentity], run: String) throws(Refusal) {
    do throws(SystemError) {
      try Directory.make(Self.folder, mode: 0o1777)
    } catch {
      throw Refusal(
        "targets can't be locked: \(error)", cure: "mkdir -m 1777 \(Self.folder), as root")
    }
    for target in targets where held[target] == nil {
      held[target] = try lock(target, run: run)
    }
  }

  /// Removes the files of locks that nobody holds any more, because their agents were killed.
  static func removeUnheld() {
    for name in (try? Directory.entries(of: folder)) ?? [] where name.hasSuffix(".lock") {
      let path = "\(folder)/\(name)"
      // Under the lock, so that nobody takes what is being removed.
      if let lock = try? FileLock(path: path, mode: 0o666) { lock.removeFile() }
    }
  }

  private static func holder(of path: String) -> String {
    let bytes = (try? FileContents.bytes(of: path, limit: 1000)) ?? []
    return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  private func lock(_ target: ProcessIdentity, run: String) throws(Refusal) -> FileLock {
    let name = "process-\(HostIdentity.pidNamespace)-\(target.pid)-\(target.startTime).lock"
    let path = "\(Self.folder)/\(name)"
    do throws(SystemError) {
      if let lock = try FileLock(path: path, mode: 0o666) {
        try lock.write(run + "\n")
        return lock
      }
    } catch {
      throw Refusal("process \(target.pid) can't be locked: \(error)")
    }
    let holder = Self.holder(of: path)
    throw Refusal(
      "process \(target.pid) is a target of another run"
        + (RunName.isValid(holder) ? ", \(holder)" : ""),
      cure: "wait until it has ended")
  }
}
