internal import Model

/// A line that takes its time for every byte.
///
/// A piece goes on when its last byte has passed. When the line is free again is reckoned, not
/// measured, so a timer that is late is made up for and the rate holds over any length.
struct BandwidthStage: Stage {
  /// How often the line gives what has passed.
  private static let interval: Duration = .milliseconds(10)

  private var rate: Int
  private var waiting = ParcelQueue()
  /// How many bytes of the first parcel have passed.
  private var passed = 0
  /// When the line has been, or will be, free of what passed.
  private var free: Duration = .zero
  private(set) var hasActed = false

  init(bytesPerSecond: Int) {
    rate = bytesPerSecond
  }

  mutating func take(_ parcel: Parcel) {
    if case .bytes = parcel.content { hasActed = true }
    waiting.append(parcel, due: parcel.time)
  }

  mutating func release(at now: Duration, into output: inout [Parcel]) {
    while let parcel = waiting.first {
      let start = max(free, parcel.time)
      guard case .bytes(let bytes) = parcel.content else {
        if start > now { return }
        waiting.removeFirst()
        output.append(parcel.at(start))
        continue
      }
      let rest = bytes.dropFirst(passed)
      let end = start + time(of: rest.count)
      if end <= now {
        waiting.removeFirst()
        passed = 0
        free = end
        output.append(parcel.part(rest, at: end))
        continue
      }
      let count = min(amount(in: now - start), rest.count - 1)
      guard count >= piece else { return }
      passed += count
      free = start + time(of: count)
      output.append(parcel.part(rest.prefix(count), at: free))
      return
    }
  }

  var due: Duration? {
    guard let parcel = waiting.first else { return nil }
    let start = max(free, parcel.time)
    guard case .bytes(let bytes) = parcel.content else { return start }
    return start + time(of: min(bytes.count - passed, piece))
  }

  var held: Int { waiting.size - passed }

  /// What passes in a twentieth of a second, so that the line never runs dry between two reads.
  var capacity: Int { max(StageCapacity.usual, min(StageCapacity.delayed, rate / 20)) }

  mutating func change(to toxic: Toxic) -> Bool {
    guard case .bandwidth(let rate) = toxic else { return false }
    self.rate = rate
    return true
  }

  mutating func finish(at now: Duration, into output: inout [Parcel]) {
    for parcel in waiting.removeAll() {
      if case .bytes(let bytes) = parcel.content {
        output.append(parcel.part(bytes.dropFirst(passed), at: now))
      } else {
        output.append(parcel.at(now))
      }
      passed = 0
    }
  }

  /// The bytes that are worth a write.
  private var piece: Int { max(1, amount(in: Self.interval)) }

  /// Rounded up to a nanosecond, so that a piece is never due before its last byte has passed.
  private func time(of count: Int) -> Duration {
    .nanoseconds(Int64((Double(count) / Double(rate) * 1e9).rounded(.up)))
  }

  private func amount(in time: Duration) -> Int {
    // A stream that rests for a year at 100 GB/s still fits; what is clamped is no real rate.
    Int(min(max(0, time.seconds * Double(rate)), 1e15))
  }
}
