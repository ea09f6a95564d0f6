internal import Model

/// Resets the connection some time after the first thing that is to pass, and lets nothing pass.
struct ResetStage: Stage {
  private var after: Duration
  /// What came first; it is swallowed, like all that follows.
  private var first: Parcel?
  private var isOver = false

  init(after: Duration) {
    self.after = after
  }

  mutating func take(_ parcel: Parcel) {
    if first == nil { first = parcel }
  }

  mutating func release(at now: Duration, into output: inout [Parcel]) {
    guard let due, due <= now else { return }
    finish(at: due, into: &output)
  }

  var hasActed: Bool { first != nil }
  var due: Duration? { isOver ? nil : first.map { $0.time + after } }
  var held: Int { 0 }
  var capacity: Int { StageCapacity.usual }

  mutating func change(to toxic: Toxic) -> Bool {
    guard case .reset(let after) = toxic else { return false }
    self.after = after
    return true
  }

  /// A connection that has lost something is reset now; another was not touched, and goes on.
  mutating func finish(at now: Duration, into output: inout [Parcel]) {
    guard !isOver, first != nil else { return }
    isOver = true
    output.append(Parcel(.reset, at: now))
  }
}
