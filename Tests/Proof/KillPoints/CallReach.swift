import CTracer
import Glibc

/// Who could ever tell whether a system call was made.
enum CallReach: Int, Codable, Comparable {
  /// Nobody: it changes the caller's own memory, and looks at nothing that others change.
  case nobody
  /// Nobody once the caller is dead: what it changes ends with it, and what it has learnt dies with it.
  case itself
  /// Another process, or whoever looks at the disk. What waits is here too: the world moves on
  /// meanwhile.
  case others

  static func < (left: CallReach, right: CallReach) -> Bool { left.rawValue < right.rawValue }

  /// The reach of a call at whose entry a thread has stopped; a call that nothing is known of
  /// reaches others.
  init(of name: String, _ call: tracer_system_call, in thread: Int32) {
    let arguments = call.arguments
    switch name {
    case "mmap": self = arguments.3 & 0xf == UInt64(MAP_PRIVATE) ? .nobody : .others
    case "prlimit64": self = arguments.0 == 0 ? .nobody : .others
    case "fcntl":
      self = Self.ownCommands.contains(Int32(truncatingIfNeeded: arguments.1)) ? .itself : .others
    case "open": self = Self.onlyReads(flags: arguments.1) ? .itself : .others
    case "openat": self = Self.onlyReads(flags: arguments.2) ? .itself : .others
    case "read" where Self.takesPart(of: arguments.0, atMost: arguments.2, in: thread):
      self = .nobody
    case "read", "close":
      self =
        Self.isOfTheSystem(Int32(truncatingIfNeeded: arguments.0), in: thread) ? .itself : .others
    case let name where Self.unnoticed.contains(name): self = .nobody
    case let name where Self.own.contains(name): self = .itself
    default: self = .others
    }
  }

  private static let unnoticed: Set<String> = [
    "arch_prctl", "brk", "getegid", "geteuid", "getgid", "getpid", "getrandom", "gettid", "getuid",
    "madvise", "mprotect", "mremap", "munmap", "rseq", "set_robust_list", "set_tid_address",
    "sigaltstack",
  ]

  private static let own: Set<String> = [
    "access", "capget", "capset", "epoll_create1", "epoll_ctl", "eventfd2", "faccessat",
    "faccessat2", "fstat", "fstatfs", "getcwd", "getdents64", "getgroups", "getpeername", "getppid",
    "getsockname", "getsockopt", "lseek", "lstat", "newfstatat", "pidfd_open", "pipe2", "prctl",
    "pread64", "readlink", "readlinkat", "rt_sigaction", "rt_sigprocmask", "sched_getaffinity",
    "signalfd4", "socket", "socketpair", "stat", "statfs", "statx", "sysinfo", "timerfd_create",
    "timerfd_gettime", "timerfd_settime", "umask", "uname",
  ]

  /// Those that change a descriptor, which is the caller's, and not the open file, which others may share.
  private static let ownCommands = [F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL]

  private static func onlyReads(flags: UInt64) -> Bool {
    flags & UInt64(O_ACCMODE | O_CREAT | O_TRUNC) == UInt64(O_RDONLY)
  }

  /// Whether a read takes only a part of what waits in a local stream, as that of nft(8), which takes one
  /// byte after the other.
  ///
  /// What it gets is certain by then, and whoever wrote it can't tell: the stream is not full, and if its
  /// reader ends there is something unread either way, of which the kernel tells the writer.
  private static func takesPart(
    of descriptor: UInt64, atMost count: UInt64, in process: Int32
  ) -> Bool {
    tracer_bytes_waiting(process, Int32(truncatingIfNeeded: descriptor)) > Int64(clamping: count)
  }

  /// Whether an open file is one that we neither lock nor share, and whose reading takes nothing away.
  private static func isOfTheSystem(_ descriptor: Int32, in thread: Int32) -> Bool {
    var name = [UInt8](repeating: 0, count: 4096)
    let length = readlink("/proc/\(thread)/fd/\(descriptor)", &name, name.count)
    guard length > 0 else { return false }
    let path = String(decoding: name[..<length], as: UTF8.self)
    return ["/proc/", "/sys/", "/etc/", "/usr/", "/lib"].contains { path.hasPrefix($0) }
  }
}
