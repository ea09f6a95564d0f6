public import Model

/// What the file of a target's lock says: by its name which process, by its text whose it is.
///
/// Who holds the lock can't be read from it: that is a matter of flock(2).
public struct TargetLock: Sendable, Hashable {
  /// The inode of the pid namespace in which the id of the process has its meaning.
  public var pidNamespace: UInt64
  public var process: ProcessIdentity
  public var run: String
  /// Whether the run has stopped the process by a signal and has not continued it: what a killed
  /// agent leaves stopped is found by this, even when its ledger is lost.
  public var isStopped: Bool

  /// Makes a lock of a process for a run.
  public init(_ process: ProcessIdentity, pidNamespace: UInt64, run: String, isStopped: Bool) {
    self.process = process
    self.pidNamespace = pidNamespace
    self.run = run
    self.isStopped = isStopped
  }

  private static let head = "process-"
  private static let end = ".lock"
  private static let stop = "stopped"

  /// The name of the lock's file.
  public var fileName: String {
    "\(Self.head)\(pidNamespace)-\(process.pid)-\(process.startTime)\(Self.end)"
  }

  /// The text of the lock's file: the run in the first line, and what it did in the second.
  public var text: String { run + "\n" + (isStopped ? Self.stop + "\n" : "") }

  /// Reads what `fileName` and `text` say; nil if it is another file.
  public init?(fileName: String, text: String) {
    guard fileName.hasPrefix(Self.head), fileName.hasSuffix(Self.end) else { return nil }
    let numbers = fileName.dropFirst(Self.head.count).dropLast(Self.end.count)
      .split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 3, let namespace = UInt64(numbers[0]), let pid = Int32(numbers[1]),
      pid > 0, let start = UInt64(numbers[2])
    else { return nil }
    let lines = text.split(separator: "\n")
    let run = lines.first.map(String.init) ?? ""
    self.init(
      ProcessIdentity(pid: pid, startTime: start), pidNamespace: namespace,
      run: RunName.isValid(run) ? run : "", isStopped: lines.dropFirst().first ?? "" == Self.stop)
  }
}
