/// Chooses which replica is asked: each in turn, and with failover the ones that are marked down
/// last.
struct Balancer: Sendable {
  let replicaCount: Int
  let hasFailover: Bool
  /// How long a replica that failed is left alone; then one request tries it again.
  static let downFor: Duration = .seconds(1)

  private var next = 0
  private var downUntil: [Int: ContinuousClock.Instant] = [:]

  init(replicaCount: Int, hasFailover: Bool) {
    self.replicaCount = replicaCount
    self.hasFailover = hasFailover
  }

  /// The replicas to ask for one request, in order.
  mutating func order(at now: ContinuousClock.Instant) -> [Int] {
    let turn = (0..<replicaCount).map { (next + $0) % replicaCount }
    next = (next + 1) % replicaCount
    guard hasFailover else { return Array(turn.prefix(1)) }
    let up = turn.filter { downUntil[$0].map { now >= $0 } ?? true }
    if let first = up.first, downUntil[first] != nil {
      // This request tries whether it is back; the others need not wait for that.
      downUntil[first] = now + Self.downFor
    }
    return up + turn.filter { !up.contains($0) }
  }

  /// Notes that a replica answered.
  mutating func answered(_ replica: Int) {
    downUntil[replica] = nil
  }

  /// Notes that a replica did not answer.
  mutating func failed(_ replica: Int, at now: ContinuousClock.Instant) {
    if hasFailover { downUntil[replica] = now + Self.downFor }
  }
}
