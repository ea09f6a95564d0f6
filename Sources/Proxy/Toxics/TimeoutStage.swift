internal import Model

/// Lets nothing pass; closes the connection after a while, or when the toxic is removed.
///
/// What it swallowed is lost, so a connection that it was on can't go on.
struct TimeoutStage: Stage {
  private let start: Duration
  private var after: Duration?
  private var isOver = false
  private(set) var hasActed = false

  init(after: Duration?, from start: Duration) {
    self.after = after
    self.start = start
  }

  mutating func take(_ parcel: Parcel) { hasActed = true }

  mutating func release(at now: Duration, into output: inout [Parcel]) {
    guard let due, due <= now else { return }
    finish(at: due, into: &output)
  }

  var due: Duration? { isOver ? nil : after.map { start + $0 } }
  var held: Int { 0 }
  var capacity: Int { StageCapacity.usual }

  mutating func change(to toxic: Toxic) -> Bool {
    guard case .timeout(let after) = toxic else { return false }
    self.after = after
    return true
  }

  mutating func finish(at now: Duration, into output: inout [Parcel]) {
    guard !isOver else { return }
    isOver = true
    hasActed = true
    output.append(Parcel(.close, at: now))
  }
}
