import Model

/// The ticks of one probe: a fixed schedule, so that a slow observation delays nothing.
struct ProbeSchedule: Sendable, Hashable {
  let every: Duration
  /// When the first tick is due.
  let origin: Duration
  /// A tick is started only while fewer than this many observations are under way.
  let mostInFlight: Int
  private(set) var nextTick = 0
  private(set) var inFlight = 0

  /// What becomes of a tick that is due.
  enum Tick: Sendable, Hashable {
    case start(due: Duration)
    case missed(due: Duration, reason: String)
  }

  /// A tick that starts later than this is not the tick it was meant to be.
  static let tolerableDelay: Duration = .milliseconds(20)

  init(every: Duration, timeout: Duration, origin: Duration) {
    self.every = every
    self.origin = origin
    // While each observation may take its whole timeout, so many overlap; one more, because the
    // oldest may be just about to end.
    let overlapping = Int((timeout.seconds / every.seconds).rounded(.up)) + 1
    mostInFlight = min(overlapping, Limits.observationsInFlight)
  }

  /// When the next tick is due.
  var due: Duration { origin + every * nextTick }

  /// Takes the next tick, if it is due.
  mutating func take(at now: Duration) -> Tick? {
    let due = due
    guard due <= now else { return nil }
    nextTick += 1
    if now - due > max(every, Self.tolerableDelay) {
      return .missed(due: due, reason: "started too late: the runner was held up")
    }
    if inFlight >= mostInFlight {
      return .missed(due: due, reason: "\(inFlight) earlier observations were still under way")
    }
    inFlight += 1
    return .start(due: due)
  }

  /// An observation has ended.
  mutating func finish() {
    inFlight = max(0, inFlight - 1)
  }
}
