internal import CLinux
internal import Glibc
public import Model

/// Tracing: what ptrace(2) would say, and what it is used for.
extension LinuxHost {
  /// Why a process could not be held by ptrace(2); nil if it could.
  ///
  /// To open /proc/PID/mem takes the very permission that attaching does (PTRACE_MODE_ATTACH of
  /// ptrace(2), Yama and other security modules included), so that nothing need be attached to ask.
  public func obstacleToTracing(_ pid: Int32) -> String? {
    guard jenner_may_trace() else {
      return "the kernel forbids this agent to trace: \(SystemError.reason(errno))"
    }
    if let tracer = process(pid)?.tracer { return "process \(tracer) traces it already" }
    let memory = open("/proc/\(pid)/mem", O_RDONLY | O_CLOEXEC)
    guard memory >= 0 else { return "tracing it is refused: \(SystemError.reason(errno))" }
    close(memory)
    return nil
  }
}

/// Holding processes by ptrace(2), which only a process of one thread can do for long: what one
/// thread traces no other can handle.
public enum Tracing {
  /// Stops every thread of a process where it is, also those that it starts meanwhile.
  ///
  /// They stay stopped until this process ends. A thread that is in the kernel stops when it returns
  /// from there. Fails if the process is not the one named, or if one of its threads can't be traced.
  public static func hold(_ process: ProcessIdentity, on host: LinuxHost) throws(SystemError) {
    var held: Set<Int32> = []
    for _ in 0..<roundLimit {
      let threads = try Directory.entries(of: "/proc/\(process.pid)/task").compactMap { Int32($0) }
      let new = threads.filter { !held.contains($0) }
      // The id can't be given to another process any more once one of its threads is traced.
      guard host.identity(of: process.pid) == process else {
        throw SystemError("hold process \(process.pid)", code: ESRCH)
      }
      if new.isEmpty { return }
      for thread in new {
        try hold(thread, of: process, on: host)
        held.insert(thread)
      }
    }
    throw SystemError("hold process \(process.pid), which keeps starting threads", code: EAGAIN)
  }

  /// More rounds than a process can win: each catches the threads that were started in the one before.
  private static let roundLimit = 1_000

  private static func hold(
    _ thread: Int32, of process: ProcessIdentity, on host: LinuxHost
  ) throws(SystemError) {
    let pid = process.pid
    if jenner_seize(thread) == 0 {
      // The thread may have ended, and its id be another's now. To attach stops nobody yet, and this
      // process ends when it fails.
      guard access("/proc/\(pid)/task/\(thread)", F_OK) == 0, host.identity(of: pid) == process
      else {
        throw SystemError("hold thread \(thread) of process \(pid)", code: ESRCH)
      }
    } else {
      let reason = errno
      // It has ended meanwhile, or it was started by a thread that is held and so is held itself.
      guard isTracedByUs(thread, of: pid) || hasEnded(thread, of: pid) else {
        throw SystemError("hold thread \(thread) of process \(pid)", code: reason)
      }
    }
    _ = jenner_interrupt(thread)
  }

  private static func isTracedByUs(_ thread: Int32, of pid: Int32) -> Bool {
    let status = (try? FileContents.bytes(of: "/proc/\(pid)/task/\(thread)/status", limit: 8192))
    return status.map { LinuxHost.tracer(String(decoding: $0, as: UTF8.self)) == getpid() } ?? false
  }

  private static func hasEnded(_ thread: Int32, of pid: Int32) -> Bool {
    let line = (try? FileContents.bytes(of: "/proc/\(pid)/task/\(thread)/stat", limit: 8192))
    guard let status = line.flatMap({ ProcessStatus(line: $0) }) else { return true }
    return status.state == "Z" || status.state == "X"
  }

  /// Reaps what was traced and has ended, so that its own parent hears of it.
  public static func reapEnded() {
    jenner_reap_ended()
  }
}
