internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// The files of locks, as others see them.
enum LockFiles {
  /// The paths of those that can be believed, sorted; what else is in the directory is not ours.
  static var paths: [String] { named.filter(LockFolder.isTrusted) }

  /// The paths of those that this user may remove once nobody holds them; root may remove all.
  static var removable: [String] { geteuid() == 0 ? named : paths }

  /// Everything that has the name of a lock.
  private static var named: [String] {
    guard LockFolder.isTrusted else { return [] }
    let names = ((try? Directory.entries(of: LockFolder.path)) ?? []).filter { name in
      name.hasSuffix(".lock")
        && (name.hasPrefix("process-") || name.hasPrefix("run-") || name.hasPrefix("network-"))
    }
    return names.sorted().map { "\(LockFolder.path)/\($0)" }
  }

  /// The user of a lock that is not to be read; nil if there is none.
  static func owner(of path: String) -> String? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return "user \(Users.name(of: status.st_uid) ?? String(status.st_uid))"
  }

  /// The run that holds a lock which is not to be read, and its user; nil if nobody is seen to hold it.
  ///
  /// Whoever could read a lock could take it, so each is for its user alone. But who holds it is there
  /// for all to see, in /proc/locks, and the same process holds the lock of the run, which has the run
  /// in its name.
  static func runOfAnother(holding path: String) -> String? {
    guard let holder = FileLock.holder(of: path), let owner = owner(of: path) else { return nil }
    let run = named.lazy.filter { FileLock.holder(of: $0) == holder }.compactMap(runInName).first
    return "\(run ?? "one") of \(owner)"
  }

  /// The run in the name of its lock; nil if it is the lock of something else.
  private static func runInName(of path: String) -> String? {
    let head = "\(LockFolder.path)/run-"
    guard path.hasPrefix(head) else { return nil }
    let run = String(path.dropFirst(head.count).dropLast(".lock".count))
    return RunName.isValid(run) ? run : nil
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

  /// The run that holds the lock of a process; nil if nobody holds it, or is seen to.
  static func run(withTarget process: ProcessIdentity) -> String? {
    let lock = TargetLock(
      process, pidNamespace: HostIdentity.pidNamespace, run: "", isStopped: false)
    let path = "\(LockFolder.path)/\(lock.fileName)"
    guard let isHeld = FileLock.isHeld(path) else { return runOfAnother(holding: path) }
    return isHeld ? run(at: path).limited : nil
  }

  /// The runs whose agents live: they hold a lock, and are not stopped with their ledgers lost.
  static var liveRuns: Set<String> {
    let held = paths.filter { FileLock.isHeld($0) ?? false }.map(run(at:)).filter(RunName.isValid)
    return Set(held).subtracting(StrandedAgent.all().map(\.run))
  }

  /// Whether a lock says of a process that it was stopped, and it still is: whoever can believe that
  /// needs the file to continue it.
  static func maySayStopped(at path: String) -> Bool {
    guard let lock = lock(at: path), lock.isStopped else { return false }
    return lock.pidNamespace != HostIdentity.pidNamespace
      || LinuxHost().state(of: lock.process) == "T"
  }

  /// The process that a run stopped and left so: its lock says so, nobody holds it, and the process
  /// is still the one that was stopped, and still is.
  ///
  /// Only a file that nobody but root or this user can have written is believed: for whoever
  /// continues processes because a file says so might else be made to continue any.
  static func stoppedProcess(at path: String) -> TargetLock? {
    guard let lock = lock(at: path), lock.isStopped, LockFolder.isTrusted(path),
      lock.pidNamespace == HostIdentity.pidNamespace,
      LinuxHost().state(of: lock.process) == "T", FileLock.isHeld(path) == false
    else { return nil }
    return lock
  }

  private static func text(of path: String) -> String {
    let bytes = (try? FileContents.bytes(of: path, limit: 1000)) ?? []
    return String(decoding: bytes, as: UTF8.self)
  }
}
