internal import Model

/// What one toxic does to one direction of a connection: parcels in, parcels out, in order.
///
/// A stage has neither clock nor socket: whoever drives it says what time it is, and asks again when
/// something is due.
protocol Stage {
  /// Takes a parcel; the time in it is when that came.
  mutating func take(_ parcel: Parcel)
  /// Lets go what may go at this time.
  mutating func release(at now: Duration, into output: inout [Parcel])
  /// When something may go next; nil if only a new parcel can change that.
  var due: Duration? { get }
  /// What it holds, where memory is limited.
  var held: Int { get }
  /// The most that it should hold before its source is no longer read.
  var capacity: Int { get }
  /// Goes on with other figures and what it has seen so far; false if the toxic is another.
  mutating func change(to toxic: Toxic) -> Bool
  /// Whether anything is other than it would be without the toxic: so far only then it is in force.
  var hasActed: Bool { get }
  /// Gives up what it holds, since the toxic is removed.
  mutating func finish(at now: Duration, into output: inout [Parcel])
}

/// What stages may hold.
enum StageCapacity {
  /// Enough for a stage that does not hold bytes for their delay.
  static let usual = 256 << 10
  /// For a stage that holds what a fast connection sends in its delay: 160 MB/s at 100 ms.
  static let delayed = 16 << 20
}

extension Toxic {
  /// The stage of a toxic from this time on; nil for those that take no bytes.
  func stage(from now: Duration, random: SplitMix) -> (any Stage)? {
    switch self {
    case .latency(let delay, let jitter):
      LatencyStage(delay: delay, jitter: jitter, random: random)
    case .bandwidth(let rate): BandwidthStage(bytesPerSecond: rate)
    case .slowClose(let delay): SlowCloseStage(delay: delay)
    case .timeout(let after): TimeoutStage(after: after, from: now)
    case .reset(let after): ResetStage(after: after)
    case .slice(let size, let variation, let delay):
      SliceStage(averageSize: size, variation: variation, delay: delay, random: random)
    case .limitData(let bytes): LimitStage(bytes: bytes)
    case .down, .httpDelay, .httpAbort, .httpReplace: nil
    }
  }
}

extension Toxic {
  /// Whether it has a stage.
  var isOfBytes: Bool {
    switch self {
    case .latency, .bandwidth, .slowClose, .timeout, .reset, .slice, .limitData: true
    case .down, .httpDelay, .httpAbort, .httpReplace: false
    }
  }
}
