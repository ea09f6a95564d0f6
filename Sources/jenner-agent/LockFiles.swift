internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// The files of locks, as others see them.
enum LockFiles {
  /// The paths of all of them, sorted.
  static var paths: [String] {
    ((try? Directory.entries(of: TargetLocks.folder)) ?? []).filter { $0.hasSuffix(".lock") }
      .sorted().map { "\(TargetLocks.folder)/\($0)" }
  }

  /// What the lock of a target says; nil if the file is no such lock.
  static func lock(at path: String) -> TargetLock? {
    path.split(separator: "/").last.flatMap {
      TargetLock(fileName: String($0), text: text(of: path))
    }
  }

  /// The run in the first line of any lock.
  static func run(at path: String) -> String {
    String(text(of: path).prefix { $0 != "\n" })
  }

  /// The runs whose agents live: they hold a lock.
  static var liveRuns: Set<String> {
    Set(paths.filter { FileLock.isHeld($0) ?? false }.map(run(at:)).filter(RunName.isValid))
  }

  /// The process that a run stopped and left so: its lock says so, nobody holds it, and the process
  /// is still the one that was stopped, and still is.
  ///
  /// Only a file that nobody but root or this user can have written is believed: for whoever
  /// continues processes because a file says so might else be made to continue any.
  static func stoppedProcess(at path: String) -> TargetLock? {
    guard let lock = lock(at: path), lock.isStopped, isTrusted(path),
      lock.pidNamespace == HostIdentity.pidNamespace,
      LinuxHost().state(of: lock.process) == "T", FileLock.isHeld(path) == false
    else { return nil }
    return lock
  }

  private static func isTrusted(_ path: String) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return (status.st_uid == 0 || status.st_uid == geteuid())
      && status.st_mode & (S_IWGRP | S_IWOTH) == 0
  }

  private static func text(of path: String) -> String {
    let bytes = (try? FileContents.bytes(of: path, limit: 1000)) ?? []
    return String(decoding: bytes, as: UTF8.self)
  }
}
