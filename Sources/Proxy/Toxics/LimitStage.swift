internal import Model

/// Lets so many bytes pass, and then closes the connection.
struct LimitStage: Stage {
  private var limit: Int
  private var count = 0
  private var isOver = false
  private var passing: [Parcel] = []

  init(bytes limit: Int) {
    self.limit = limit
  }

  mutating func take(_ parcel: Parcel) {
    guard !isOver else { return }
    guard case .bytes(let bytes) = parcel.content else {
      passing.append(parcel)
      return
    }
    // The limit may have been lowered below what has passed already.
    let rest = bytes.prefix(max(0, limit - count))
    if !rest.isEmpty { passing.append(parcel.part(rest, at: parcel.time)) }
    count += rest.count
    if count >= limit {
      isOver = true
      passing.append(Parcel(.close, at: parcel.time))
    }
  }

  mutating func release(at now: Duration, into output: inout [Parcel]) {
    output += passing
    passing = []
  }

  var hasActed: Bool { isOver }
  var due: Duration? { passing.first?.time }
  var held: Int { 0 }
  var capacity: Int { StageCapacity.usual }

  mutating func change(to toxic: Toxic) -> Bool {
    guard case .limitData(let bytes) = toxic else { return false }
    limit = bytes
    return true
  }

  mutating func finish(at now: Duration, into output: inout [Parcel]) {
    release(at: now, into: &output)
  }
}
