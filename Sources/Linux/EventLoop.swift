internal import CLinux
internal import Glibc
public import Model

/// A single-threaded loop: everything that a program waits for, in one place.
///
/// It is made and run on one thread, and every callback runs there, one after the other. What other
/// threads have to say comes through a `Mailbox`. Times are those of CLOCK_BOOTTIME, so neither a
/// change of the wall clock nor suspension moves or stretches them.
public final class EventLoop {
  /// A callback that can be cancelled.
  public struct Timer: Hashable {
    fileprivate let number: UInt64
  }

  /// What to wait for on a descriptor.
  public struct Interest: OptionSet, Sendable {
    public let rawValue: Int32
    public static let readable = Interest(rawValue: JENNER_READABLE)
    public static let writable = Interest(rawValue: JENNER_WRITABLE)

    /// Makes an interest from its bits.
    public init(rawValue: Int32) { self.rawValue = rawValue }
  }

  private struct Watch {
    var token: UInt64
    var handler: (Interest) -> Void
  }

  private let poll: Int32
  private let alarm: Int32
  private var timers = TimerQueue()
  /// The time that the alarm is set to.
  private var armed: Duration?
  private var descriptors: [UInt64: Int32] = [:]
  private var watches: [Int32: Watch] = [:]
  private var lastToken: UInt64 = 0
  /// Descriptors that epoll refuses because they are always ready, such as regular files.
  private var alwaysReady: Set<Int32> = []
  private var signalDescriptors: [Int32] = []
  private var isRunning = false

  /// Makes a loop.
  ///
  /// From here on SIGPIPE is ignored in the whole process: a peer that went away is an error of one
  /// write, never the end of the program.
  public init() throws(SystemError) {
    signal(SIGPIPE, SIG_IGN)
    poll = jenner_poll_create()
    guard poll >= 0 else { throw SystemError("make a poll") }
    alarm = jenner_timer_create()
    guard alarm >= 0 else {
      let error = SystemError("make a timer")
      close(poll)
      throw error
    }
    guard jenner_poll_add(poll, alarm, JENNER_READABLE, 0) == 0 else {
      let error = SystemError("watch the timer")
      close(alarm)
      close(poll)
      throw error
    }
  }

  deinit {
    for descriptor in signalDescriptors { close(descriptor) }
    close(alarm)
    close(poll)
  }

  /// The time since boot.
  public var now: Duration { Self.now }

  /// The time since boot: CLOCK_BOOTTIME.
  public static var now: Duration { .nanoseconds(jenner_now()) }

  // MARK: Timers

  /// Runs a callback at a time since boot; at once, but not within this call, if that has passed.
  @discardableResult
  public func schedule(at time: Duration, _ callback: @escaping () -> Void) -> Timer {
    // What is overdue is due now, behind what is waiting already, so that a chain of callbacks that
    // schedule each other can't starve the rest.
    Timer(number: timers.add(at: max(time, now), callback))
  }

  /// Runs a callback after a delay.
  @discardableResult
  public func schedule(after delay: Duration, _ callback: @escaping () -> Void) -> Timer {
    schedule(at: now + delay, callback)
  }

  /// Cancels a timer; one that has run is no mistake.
  public func cancel(_ timer: Timer) {
    timers.cancel(timer.number)
  }

  // MARK: Descriptors

  /// Calls a handler whenever a descriptor is ready; end of file and errors count as ready.
  ///
  /// A descriptor has one handler; it must be unwatched before it is closed.
  public func watch(
    _ descriptor: Int32, for interest: Interest, _ handler: @escaping (Interest) -> Void
  ) throws(SystemError) {
    lastToken += 1
    let token = lastToken
    if jenner_poll_add(poll, descriptor, interest.rawValue, token) < 0 {
      let error = SystemError("watch descriptor \(descriptor)")
      guard error.code == EPERM, Self.isAlwaysReady(descriptor) else { throw error }
      alwaysReady.insert(descriptor)
    }
    descriptors[token] = descriptor
    watches[descriptor] = Watch(token: token, handler: handler)
  }

  /// Whether a descriptor is of a kind that has nothing to wait for: a file, a directory, or a device
  /// such as /dev/null.
  ///
  /// Any other that can't be watched would seem to be ready, and its process to have ended.
  private static func isAlwaysReady(_ descriptor: Int32) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    return [S_IFREG, S_IFDIR, S_IFCHR].contains(status.st_mode & S_IFMT)
  }

  /// Changes what a watched descriptor is waited for.
  public func change(_ descriptor: Int32, to interest: Interest) {
    guard let watch = watches[descriptor], !alwaysReady.contains(descriptor) else { return }
    _ = jenner_poll_change(poll, descriptor, interest.rawValue, watch.token)
  }

  /// Forgets a descriptor; its handler is not called again, even for what was already seen.
  public func unwatch(_ descriptor: Int32) {
    guard let watch = watches.removeValue(forKey: descriptor) else { return }
    descriptors[watch.token] = nil
    if alwaysReady.remove(descriptor) == nil { _ = jenner_poll_remove(poll, descriptor) }
  }

  /// Blocks signals for this thread, and so for those that it starts later, and handles them here.
  public func watch(
    signals: [Signal], _ handler: @escaping (Signal) -> Void
  ) throws(SystemError) {
    let descriptor = jenner_signals_open(signals.map(\.number), Int32(signals.count))
    guard descriptor >= 0 else { throw SystemError("watch signals") }
    signalDescriptors.append(descriptor)
    try watch(descriptor, for: .readable) { _ in
      while case let number = jenner_signal_read(descriptor), number != 0 {
        if let signal = signals.first(where: { $0.number == number }) { handler(signal) }
      }
    }
  }

  // MARK: Running

  /// Runs until `stop()`, or until nothing is left that could happen.
  public func run() {
    isRunning = true
    while isRunning, !isIdle { turn() }
    isRunning = false
  }

  private var isIdle: Bool {
    watches.isEmpty && timers.isEmpty
  }

  /// Ends `run()` after the callback that calls it.
  public func stop() {
    isRunning = false
  }

  private func turn() {
    let now = self.now
    while isRunning, let callback = timers.next(dueAt: now) { callback() }
    guard isRunning, !isIdle else { return }
    arm()
    var ready = [jenner_ready](repeating: jenner_ready(), count: 64)
    let count = jenner_poll_wait(poll, &ready, 64, alwaysReady.isEmpty ? -1 : 0)
    // The kernel can't say what is ready: everything may be, and every handler can find out.
    if count < 0 { return askEveryone() }
    for event in ready.prefix(Int(max(0, count))) where isRunning {
      if event.token == 0 {
        jenner_counter_clear(alarm)
        armed = nil
      } else if let descriptor = descriptors[event.token] {
        watches[descriptor]?.handler(Interest(rawValue: event.readiness))
      }
    }
    for descriptor in alwaysReady where isRunning {
      watches[descriptor]?.handler([.readable, .writable])
    }
  }

  private func askEveryone() {
    usleep(1_000)
    for watch in Array(watches.values) where isRunning {
      if watches[descriptors[watch.token] ?? -1]?.token == watch.token {
        watch.handler([.readable, .writable])
      }
    }
  }

  private func arm() {
    let next = timers.earliest()
    guard next != armed else { return }
    armed = next
    // Zero would disarm the timer, and a time that has passed fires at once.
    _ = jenner_timer_set(alarm, next.map { max(1, $0.nanoseconds) } ?? 0)
  }
}
