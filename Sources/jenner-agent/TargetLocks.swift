internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// The locks on what a run hits: one run for each target, over all users of a host.
///
/// They are files in a directory that all users share, named by the target's pid namespace,
/// process id and start time, and held by flock(2): they end with this process, however it ends. One
/// more is on the run itself, so that others can tell that it lives.
final class TargetLocks {
  /// For their user alone: whoever may read a file may lock it, and so make a dead run look alive.
  private static let mode: UInt32 = 0o600

  private var held: [ProcessIdentity: FileLock] = [:]
  private var places: [TrafficKey: FileLock] = [:]
  private var runLock: FileLock?
  private var run = ""
  /// By step: the processes that it stops.
  private var stopped: [Int: [ProcessIdentity]] = [:]

  /// Gives all locks up, and removes their files.
  func release() {
    for lock in held.values { lock.removeFile() }
    for lock in places.values { lock.removeFile() }
    places = [:]
    runLock?.removeFile()
    held = [:]
    runLock = nil
  }

  /// Locks targets for a run; a target that this process has locked already is no mistake.
  func lock(_ targets: [ProcessIdentity], run: String) throws(Refusal) {
    try lockRun(run)
    for target in targets where held[target] == nil {
      held[target] = try lock(target)
    }
  }

  /// Locks places of traffic for a run.
  func lock(_ keys: [TrafficKey], run: String) throws(Refusal) {
    try lockRun(run)
    for key in keys where places[key] == nil {
      let path = "\(LockFolder.path)/network-\(key.namespace)-\(key.name).lock"
      places[key] = try lock(path, text: run + "\n", named: key.text) {
        Self.busy(key.text, LockFiles.run(at: path).limited)
      }
    }
  }

  private func lockRun(_ run: String) throws(Refusal) {
    do throws(SystemError) {
      try LockFolder.prepare()
    } catch {
      throw Refusal(
        "targets can't be locked: \(error)",
        cure: "as root: install -d -o root -m 1777 \(LockFolder.path)")
    }
    self.run = run
    guard runLock == nil else { return }
    // Without it the run would look dead, and its effects be taken for what a dead one has left.
    let path = "\(LockFolder.path)/run-\(run).lock"
    runLock = try lock(path, text: run + "\n", named: "run \(run)") {
      "run \(run) has another agent on this host already"
    }
  }

  /// Writes into the locks what an entry of the ledger says about their targets: that one is about to
  /// be stopped, or that it is proved to run again.
  ///
  /// That it can't be written is no reason not to go on: the ledger says it as well.
  func follow(_ entry: LedgerEntry) {
    switch entry {
    case .intent(let intent):
      let processes = intent.undo.compactMap { undo -> ProcessIdentity? in
        if case .resume(let process) = undo { return process }
        return nil
      }
      stopped[intent.step] = processes
      for process in processes { note(process, isStopped: true) }
    case .undone(let step, let proofs) where proofs.allSatisfy(\.isProved):
      for process in stopped.removeValue(forKey: step) ?? [] {
        note(process, isStopped: stopped.values.contains { $0.contains(process) })
      }
    default: break
    }
  }

  private func note(_ process: ProcessIdentity, isStopped: Bool) {
    guard let lock = held[process] else { return }
    try? lock.write(text(process, isStopped: isStopped).text)
  }

  private func text(_ process: ProcessIdentity, isStopped: Bool) -> TargetLock {
    TargetLock(
      process, pidNamespace: HostIdentity.pidNamespace, run: run, isStopped: isStopped)
  }

  /// Whoever looks which locks are held has each of them for an instant.
  private static let attempts = 20
  private static let pause: UInt32 = 5_000

  private func lock(_ target: ProcessIdentity) throws(Refusal) -> FileLock {
    let wanted = text(target, isStopped: false)
    let path = "\(LockFolder.path)/\(wanted.fileName)"
    let name = "process \(target.pid)"
    return try lock(path, text: wanted.text, named: name) {
      Self.busy(name, LockFiles.lock(at: path)?.run ?? "")
    }
  }

  private static func busy(_ name: String, _ holder: String) -> String {
    "\(name) is a target of another run" + (holder.isEmpty ? "" : ", \(holder)")
  }

  /// Locks a file that says whose it is; where another has it, `taken` says so.
  private func lock(
    _ path: String, text: String, named name: String, taken: () -> String
  ) throws(Refusal) -> FileLock {
    do throws(SystemError) {
      for attempt in 1...Self.attempts {
        if let lock = try FileLock(path: path, mode: Self.mode) {
          try lock.write(text)
          return lock
        }
        if attempt < Self.attempts { usleep(Self.pause) }
      }
    } catch {
      guard error.code == EACCES, let owner = LockFiles.owner(of: path) else {
        throw Refusal("\(name) can't be locked: \(error)")
      }
      if let run = LockFiles.runOfAnother(holding: path) {
        throw Refusal(Self.busy(name, run), cure: "wait until it has ended")
      }
      throw Refusal(
        "\(name) is a target of a run of \(owner), or was one of a run that was killed",
        cure: "wait until it has ended; if it has, have \(owner) run 'jenner recover'")
    }
    throw Refusal(taken(), cure: "wait until it has ended")
  }

  /// Removes the files of locks that nobody holds any more, because their agents were killed.
  ///
  /// The lock of a process that its run left stopped stays until the process runs again. Root removes
  /// those of all users, whose own `recover` may never come.
  static func removeUnheld() {
    for path in LockFiles.removable where FileLock.isHeld(path) == false {
      if LockFiles.maySayStopped(at: path) { continue }
      // Under the lock, so that nobody takes what is being removed.
      if let lock = try? FileLock(path: path, mode: Self.mode) { lock.removeFile() }
    }
  }
}
