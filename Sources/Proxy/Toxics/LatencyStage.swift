internal import Model

/// Holds everything for a delay that may vary, and keeps its order.
struct LatencyStage: Stage {
  private var delay: Duration
  private var jitter: Duration
  private var random: SplitMix
  private var waiting = ParcelQueue()
  private(set) var hasActed = false

  init(delay: Duration, jitter: Duration, random: SplitMix) {
    self.delay = delay
    self.jitter = jitter
    self.random = random
  }

  mutating func take(_ parcel: Parcel) {
    hasActed = true
    waiting.append(parcel, due: parcel.time + delay.varied(by: jitter, &random))
  }

  mutating func release(at now: Duration, into output: inout [Parcel]) {
    while let parcel = waiting.next(at: now) { output.append(parcel) }
  }

  var due: Duration? { waiting.due }
  var held: Int { waiting.size }
  var capacity: Int { StageCapacity.delayed }

  mutating func change(to toxic: Toxic) -> Bool {
    guard case .latency(let delay, let jitter) = toxic else { return false }
    self.delay = delay
    self.jitter = jitter
    for parcel in waiting.removeAll() { take(parcel) }
    return true
  }

  mutating func finish(at now: Duration, into output: inout [Parcel]) {
    output += waiting.removeAll().map { $0.at(now) }
  }
}

extension Duration {
  /// The duration, more or less up to `jitter`, evenly; never below zero.
  func varied(by jitter: Duration, _ random: inout SplitMix) -> Duration {
    guard jitter > .zero else { return self }
    return max(.zero, self + jitter * (2 * random.fraction() - 1))
  }
}
