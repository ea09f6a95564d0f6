internal import Dispatch
internal import Glibc
internal import Synchronization

/// A process that this program started.
///
/// A signal reaches that process or none: it is waited for before it is reaped, and once it is
/// reaped, when the kernel may give its id to another, nothing is sent any more.
public final class ChildProcess: Sendable {
  /// How a process ended.
  public enum Ending: Sendable, Hashable {
    case exited(Int32)
    case signalled(Int32)

    /// The status as a shell reports it.
    public var status: Int32 {
      switch self {
      case .exited(let status): status
      case .signalled(let signal): 128 + signal
      }
    }
  }

  public let pid: Int32
  private let state = Mutex(State())

  private struct State {
    var ending: Ending?
    var waiters: [CheckedContinuation<Ending, Never>] = []
  }

  init(pid: Int32) {
    self.pid = pid
    // The wait blocks a thread, so it gets one outside Swift's pool.
    DispatchQueue(label: "wait for \(pid)").async { self.awaitEnd() }
  }

  /// How it ended; nil while it has not.
  public var ending: Ending? { state.withLock { $0.ending } }

  /// Waits for the end.
  public func end() async -> Ending {
    await withCheckedContinuation { continuation in
      let known = state.withLock { state -> Ending? in
        if state.ending == nil { state.waiters.append(continuation) }
        return state.ending
      }
      if let known { continuation.resume(returning: known) }
    }
  }

  /// Sends a signal to the process, unless it has ended.
  public func send(_ signal: Int32) {
    state.withLock { if $0.ending == nil { _ = kill(pid, signal) } }
  }

  /// Sends a signal to the process and everything in its group, unless it has ended.
  public func sendToGroup(_ signal: Int32) {
    state.withLock { if $0.ending == nil { _ = kill(-pid, signal) } }
  }

  private func awaitEnd() {
    var information = siginfo_t()
    while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) == -1, errno == EINTR {}
    let (ending, waiters) = state.withLock { state in
      let ending = reap()
      state.ending = ending
      defer { state.waiters = [] }
      return (ending, state.waiters)
    }
    for waiter in waiters { waiter.resume(returning: ending) }
  }

  private func reap() -> Ending {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) == -1, errno == EINTR {}
    // The macros of wait(2), which Swift can't import.
    let signal = status & 0x7f
    return signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
  }
}
