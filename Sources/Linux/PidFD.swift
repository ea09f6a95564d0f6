internal import CLinux
internal import Glibc
public import Model

/// A handle on a process that stays on that process, whatever becomes of its id: pidfd_open(2).
public struct PidFD: ~Copyable {
  public let descriptor: Int32
  public let process: ProcessIdentity

  /// Opens a handle on exactly the process named; nil if it is gone, or if its id is another's now.
  ///
  /// The start time is read after the handle is open: if it fits then, the handle is on the right
  /// process for ever after.
  public init?(_ process: ProcessIdentity, on host: LinuxHost) throws(SystemError) {
    let descriptor = jenner_pidfd_open(process.pid)
    if descriptor < 0 {
      if errno == ESRCH || errno == EINVAL { return nil }
      throw SystemError("open a handle on process \(process.pid)")
    }
    guard host.identity(of: process.pid) == process else {
      close(descriptor)
      guard host.hasEnded(process) else {
        throw SystemError("identify process \(process.pid)", code: EIO)
      }
      return nil
    }
    self.descriptor = descriptor
    self.process = process
  }

  deinit {
    close(descriptor)
  }

  /// Sends a signal; false if the process has ended.
  public func send(_ signal: Signal) throws(SystemError) -> Bool {
    if jenner_pidfd_send_signal(descriptor, signal.number) == 0 { return true }
    if errno == ESRCH { return false }
    throw SystemError("send signal \(signal.name) to process \(process.pid)")
  }

  /// Waits until the process has ended; false if it has not after `limit`.
  public func waitForEnd(atMost limit: Duration) -> Bool {
    let deadline = jenner_now() + limit.nanoseconds
    while true {
      var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let rest = max(0, deadline - jenner_now()) / 1_000_000
      if poll(&request, 1, Int32(clamping: rest)) > 0 { return true }
      if jenner_now() >= deadline { return false }
    }
  }
}
