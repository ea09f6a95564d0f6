internal import Model

/// Cuts bytes into small slices that go on one by one.
struct SliceStage: Stage {
  /// The most slices that are cut in one go, so that other connections get their turn.
  private static let most = 256

  private var averageSize: Int
  private var variation: Int
  private var delay: Duration
  private var random: SplitMix
  private var waiting = ParcelQueue()
  /// How many bytes of the first parcel have gone.
  private var cut = 0
  /// When the next slice may go.
  private var free: Duration = .zero
  private(set) var hasActed = false

  init(averageSize: Int, variation: Int, delay: Duration, random: SplitMix) {
    self.averageSize = averageSize
    self.variation = variation
    self.delay = delay
    self.random = random
  }

  mutating func take(_ parcel: Parcel) {
    waiting.append(parcel, due: parcel.time)
  }

  mutating func release(at now: Duration, into output: inout [Parcel]) {
    for _ in 0..<Self.most {
      guard let parcel = waiting.first, let due, due <= now else { return }
      guard case .bytes(let bytes) = parcel.content else {
        waiting.removeFirst()
        output.append(parcel.at(due))
        continue
      }
      let size = averageSize + Int.random(in: -variation...variation, using: &random)
      let slice = bytes.dropFirst(cut).prefix(max(1, size))
      output.append(parcel.part(slice, at: due))
      free = due + delay
      cut += slice.count
      if cut < bytes.count {
        hasActed = true
      } else {
        waiting.removeFirst()
        cut = 0
      }
    }
  }

  var due: Duration? { waiting.first.map { max(free, $0.time) } }
  var held: Int { waiting.size - cut }
  var capacity: Int { StageCapacity.usual }

  mutating func change(to toxic: Toxic) -> Bool {
    guard case .slice(let size, let variation, let delay) = toxic else { return false }
    averageSize = size
    self.variation = variation
    free = max(.zero, free - self.delay + delay)
    self.delay = delay
    return true
  }

  mutating func finish(at now: Duration, into output: inout [Parcel]) {
    for parcel in waiting.removeAll() {
      if case .bytes(let bytes) = parcel.content {
        output.append(parcel.part(bytes.dropFirst(cut), at: now))
      } else {
        output.append(parcel.at(now))
      }
      cut = 0
    }
  }
}
