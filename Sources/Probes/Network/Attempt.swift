internal import NIOCore

/// Something under way on an event loop that is finished exactly once: by its result, its deadline or
/// the cancellation of the task that waits for it.
///
/// It is confined to its event loop.
final class Attempt<Value: Sendable> {
  /// Why an attempt has to end without a result.
  enum Ending: Sendable {
    case late
    case cancelled
  }

  /// Ends what is under way and finishes the attempt with what is known of it.
  var giveUp: ((Ending) -> Void)?

  private(set) var isFinished = false
  private var continuation: CheckedContinuation<Value, Never>?
  private var timer: Scheduled<Void>?
  private var isCancelled = false

  fileprivate init() {}

  /// Hands the result over; only the first call counts.
  func finish(_ value: Value) {
    guard !isFinished else { return }
    isFinished = true
    giveUp = nil
    timer?.cancel()
    timer = nil
    continuation?.resume(returning: value)
    continuation = nil
  }

  fileprivate func begin(
    _ continuation: CheckedContinuation<Value, Never>, timer: Scheduled<Void>,
    _ body: (Attempt<Value>) -> Void
  ) {
    self.continuation = continuation
    self.timer = timer
    body(self)
    // The task may have been cancelled before there was anything to give up.
    if isCancelled { giveUp?(.cancelled) }
  }

  fileprivate func end(_ ending: Ending) {
    if case .cancelled = ending { isCancelled = true }
    giveUp?(ending)
  }
}

extension EventLoop {
  /// Begins an attempt on the event loop and waits for its result, until the deadline.
  ///
  /// - Parameter begin: starts the work, and sets `giveUp` unless it finishes the attempt at once.
  func attempt<Value: Sendable>(
    by deadline: NIODeadline, _ begin: @escaping @Sendable (Attempt<Value>) -> Void
  ) async -> Value {
    let attempt = NIOLoopBoundBox<Attempt<Value>>.makeBoxSendingValue(
      Attempt<Value>(), eventLoop: self)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        self.execute {
          let timer = self.scheduleTask(deadline: deadline) { attempt.value.end(.late) }
          attempt.value.begin(continuation, timer: timer, begin)
        }
      }
    } onCancel: {
      self.execute { attempt.value.end(.cancelled) }
    }
  }
}

extension NIODeadline {
  /// The seconds from an earlier deadline to this one.
  func seconds(since earlier: NIODeadline) -> Double {
    Double((self - earlier).nanoseconds) / 1e9
  }
}

extension TimeAmount {
  /// The amount of time of a duration, in nanoseconds.
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self = .nanoseconds(seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
  }
}
