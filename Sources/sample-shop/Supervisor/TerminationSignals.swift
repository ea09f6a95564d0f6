import Dispatch
import Glibc
import Synchronization

/// SIGTERM and SIGINT, taken as a request to end in order.
struct TerminationSignals {
  private init() {}

  /// Blocks the signals in this thread and so in every thread that it starts.
  ///
  /// Call it on the main thread before anything else. With an asynchronous `main`, the first
  /// thread would wait with no signal blocked and be killed by them.
  static func block() -> TerminationSignals {
    var signals = set
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    return TerminationSignals()
  }

  /// Runs the work on other threads until it ends, and cancels it when a signal comes.
  func run(_ work: @escaping @Sendable () async throws -> Void) throws {
    let outcome = Mutex<Result<Void, any Error>>(.success(()))
    let ended = DispatchSemaphore(value: 0)
    let task = Task.detached {
      do {
        try await work()
      } catch is CancellationError {
        // It was asked to end, and has.
      } catch {
        outcome.withLock { $0 = .failure(error) }
      }
      ended.signal()
    }
    DispatchQueue(label: "signals").async {
      var signals = Self.set
      var signal: Int32 = 0
      while sigwait(&signals, &signal) != 0 {}
      task.cancel()
    }
    ended.wait()
    try outcome.withLock { try $0.get() }
  }

  private static var set: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGINT)
    return signals
  }
}
