import Glibc

/// An error of errno(3) that a system call is made to return.
enum InjectedError: String, Codable, CaseIterable {
  case interrupted = "EINTR"
  case noSpace = "ENOSPC"
  case inputOutput = "EIO"
  case notPermitted = "EPERM"
  case noMemory = "ENOMEM"
  case tooManyFiles = "EMFILE"

  var number: Int32 {
    switch self {
    case .interrupted: EINTR
    case .noSpace: ENOSPC
    case .inputOutput: EIO
    case .notPermitted: EPERM
    case .noMemory: ENOMEM
    case .tooManyFiles: EMFILE
    }
  }
}

extension InjectedError {
  /// The errors that our programs treat alike wherever they meet them: any stands for all.
  ///
  /// A test of the sources makes sure of it.
  static let alike: [InjectedError] = [.noSpace, .inputOutput, .noMemory, .tooManyFiles]

  /// The errors that may make a difference at a call: those that are told apart and that it can return,
  /// and one of the rest, in turn with each occurrence.
  static func distinct(at point: CallPoint) -> [InjectedError] {
    let rest = alike.filter { $0.canComeFrom(point.name) }
    return [.interrupted, .notPermitted].filter { $0.canComeFrom(point.name) }
      + [rest[point.occurrence % rest.count]]
  }

  /// Whether some file system or kernel returns it from a call; what filters calls may say EPERM at all.
  private func canComeFrom(_ name: String) -> Bool {
    switch self {
    case .notPermitted, .noMemory, .inputOutput: true
    case .interrupted: Self.waiting.contains(name)
    case .noSpace: Self.storing.contains(name)
    case .tooManyFiles: Self.opening.contains(name)
    }
  }

  /// Calls that may wait, so that a signal can end them.
  private static let waiting: Set<String> = [
    "accept4", "clock_nanosleep", "close", "connect", "epoll_pwait", "epoll_wait", "fcntl", "flock",
    "fsync", "fdatasync", "ftruncate", "getdents64", "nanosleep", "open", "openat", "poll", "ppoll",
    "pread64", "pwrite64", "read", "recvfrom", "recvmsg", "sendmsg", "sendto", "wait4", "waitid",
    "write", "writev",
  ]

  /// Calls that take room on a disk or in a table of the kernel.
  private static let storing: Set<String> = [
    "clone", "close", "epoll_ctl", "fchmod", "fdatasync", "fsync", "ftruncate", "mkdir", "open",
    "openat", "pwrite64", "rename", "renameat2", "unlink", "write", "writev",
  ]

  /// Calls that make a descriptor.
  private static let opening: Set<String> = [
    "accept4", "clone", "dup2", "dup3", "epoll_create1", "eventfd2", "fcntl", "open", "openat",
    "pidfd_open", "pipe2", "signalfd4", "socket", "socketpair", "timerfd_create",
  ]
}
