internal import Model

/// Lets bytes pass, and holds the end of the stream.
struct SlowCloseStage: Stage {
  private var delay: Duration
  private var waiting = ParcelQueue()
  private(set) var hasActed = false

  init(delay: Duration) {
    self.delay = delay
  }

  mutating func take(_ parcel: Parcel) {
    let isEnd = parcel.content == .end || parcel.content == .close
    hasActed = hasActed || isEnd
    waiting.append(parcel, due: parcel.time + (isEnd ? delay : .zero))
  }

  mutating func release(at now: Duration, into output: inout [Parcel]) {
    while let parcel = waiting.next(at: now) { output.append(parcel) }
  }

  var due: Duration? { waiting.due }
  var held: Int { waiting.size }
  var capacity: Int { StageCapacity.usual }

  mutating func change(to toxic: Toxic) -> Bool {
    guard case .slowClose(let delay) = toxic else { return false }
    self.delay = delay
    for parcel in waiting.removeAll() { take(parcel) }
    return true
  }

  mutating func finish(at now: Duration, into output: inout [Parcel]) {
    output += waiting.removeAll().map { $0.at(now) }
  }
}
