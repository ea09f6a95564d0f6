import Glibc

/// The pipe from the supervisor that tells a replica that its supervisor lives.
///
/// Only the supervisor holds the writing end, so the kernel closes it however the supervisor ends.
/// A replica that is stopped can't see that; but each replica is a process group of its own, and when
/// a group is orphaned while a member is stopped, the kernel sends it SIGHUP and SIGCONT (POSIX,
/// `_exit`), which ends the replica too.
enum Lifeline {
  /// Blocks this thread until standard input ends.
  static func waitUntilCut() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while true {
      let count = read(STDIN_FILENO, &bytes, bytes.count)
      if count == 0 || (count == -1 && errno != EINTR) { return }
    }
  }

  /// Makes the two ends; no program started later inherits either by accident.
  ///
  /// Between `pipe` and `fcntl` a program started by another thread would inherit them, so only one
  /// thread at a time may start programs.
  static func make() throws(SystemError) -> (replica: Int32, supervisor: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw SystemError("pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}
