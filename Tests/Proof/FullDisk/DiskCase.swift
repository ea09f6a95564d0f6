import Glibc
import Linux
import Model

/// What becomes of the disk under the state directory.
enum DiskTrouble: String, Codable, CaseIterable {
  case full
  /// As an error of the file system leaves it: also for files that are open.
  case readOnly = "read-only"
}

/// When it becomes so.
enum DiskMoment: String, Codable, CaseIterable {
  /// Nothing may be touched.
  case before
  /// Everything must be undone all the same.
  case during
  /// The same, and the agent is killed: the guardian has nothing to write on either.
  case takeover
}

/// A run whose state directory is on a disk that fails.
struct DiskCase: Codable, CustomStringConvertible {
  var scenario: Scenario
  var undoClass: UndoClass
  var trouble: DiskTrouble
  var moment: DiskMoment

  var description: String { "\(scenario.name), disk \(trouble.rawValue) \(moment.rawValue)" }

  func perform(in place: Place) throws -> JobResult {
    try JobResult.untilReached { try attempt(in: place) }
  }

  private func attempt(in place: Place) throws -> JobResult {
    try place.renew(for: scenario)
    try place.clear()
    let disk = try SmallDisk(under: place.state)
    defer { disk.remove() }
    try Directory.make(place.state + "/runs", mode: 0o700)
    let before = try place.remember()
    var result = JobResult(isReached: moment == .before)
    var failure: (any Error)?
    var effects = 0
    if moment == .before { try disk.get(trouble) }
    let run = try place.start(scenario, watching: [.agent])
    let isOver = try run.follow(atMost: .seconds(30)) { stop in
      if stop.point.name.hasPrefix("pidfd_send_signal") { effects += 1 }
      guard moment != .before, !result.isReached, Stage.isInForce(scenario, at: stop, in: place)
      else { return .goOn }
      result.isReached = true
      do { try disk.get(trouble) } catch { failure = error }
      if moment == .takeover { for pid in run.living(.agent) { kill(pid, SIGKILL) } }
      return .goOn
    }
    if let failure { throw failure }
    if run.members.values.contains(where: { $0.role == .holder }) { effects += 1 }
    Ending(run, of: scenario, isOver: isOver, in: place).check(atMost: .seconds(30), &result)
    if result.isReached { try check(run, place, effects, &result) }
    try disk.mend(trouble)
    try Aftermath(scenario, before, in: place).check(&result)
    return result
  }

  private func check(
    _ run: TracedRun, _ place: Place, _ effects: Int, _ result: inout JobResult
  ) throws {
    if try !scenario.endsTarget && place.isHeld(by: scenario, longerThan: .seconds(1)) {
      result.problems.append("the fault is still in force")
    }
    let status = run.exitStatus(of: .runner)
    result.runnerStatus = status
    switch moment {
    case .before:
      if effects > 0 { result.problems.append("something was touched: \(place.written)") }
      if try !place.target.isAlive() { result.problems.append("the target was killed") }
      if status != 3, status != 4 {
        result.problems.append("the runner ended with \(status ?? -1): \(place.written)")
      }
    case .during, .takeover:
      if ![0, 3, 5].contains(status) || (moment == .takeover && status == 0) {
        result.problems.append("the runner ended with \(status ?? -1): \(place.written)")
      }
    }
  }
}

/// An ext4 file system of its own, mounted over a folder.
private final class SmallDisk {
  private let folder: String
  private let image = "/run/proof/disk"
  private var device = ""

  init(under folder: String) throws {
    self.folder = folder
    try Self.run(["truncate", "-s", "1M", image])
    try Self.run(["mkfs.ext4", "-q", "-F", "-O", "^has_journal", "-m", "0", image])
    try Self.run(["mount", "-o", "loop,errors=remount-ro", image, folder])
    let found = try Self.run(["losetup", "-j", image, "-n", "-O", "NAME"])
    device = found.filter { !$0.isWhitespace }.split(separator: "/").last.map(String.init) ?? ""
  }

  func get(_ trouble: DiskTrouble) throws {
    switch trouble {
    case .full:
      // Down to the last byte of the last block, and without an inode for another file.
      _ = try Tool.run(["dd", "if=/dev/zero", "of=\(folder)/filler", "bs=1k"])
    case .readOnly:
      let file = open("/sys/fs/ext4/\(device)/trigger_fs_error", O_WRONLY | O_CLOEXEC)
      guard file >= 0 else { throw SystemError("open trigger_fs_error of \(device)") }
      defer { close(file) }
      guard write(file, "1", 1) == 1 else { throw SystemError("make \(device) read-only") }
    }
  }

  /// Makes it usable again, with what is on it.
  func mend(_ trouble: DiskTrouble) throws {
    switch trouble {
    case .full: try Self.run(["rm", "-f", "\(folder)/filler"])
    case .readOnly:
      try Self.run(["umount", folder])
      _ = try Tool.run(["e2fsck", "-p", "-f", image])
      try Self.run(["mount", "-o", "loop", image, folder])
    }
  }

  func remove() {
    _ = try? Self.run(["umount", folder])
    unlink(image)
  }

  @discardableResult
  private static func run(_ argv: [String]) throws -> String {
    let result = try Tool.run(argv)
    guard result.status == 0 else {
      throw SystemError("\(argv.joined(separator: " ")): \(result.output)", code: EIO)
    }
    return result.output
  }
}
