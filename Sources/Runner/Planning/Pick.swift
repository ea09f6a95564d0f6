import Model

/// A process on a host as a candidate for a fault, and the descendants that it takes with it.
struct Candidate: Sendable, Hashable {
  var host: String
  var processes: [ProcessFacts]
  var identity: ProcessIdentity

  init?(host: String, processes: [ProcessFacts]) {
    guard let first = processes.first else { return nil }
    self.host = host
    self.processes = processes
    identity = first.identity
  }
}

extension ProcessSelector.Pick {
  /// How many of so many candidates are taken; nil where that rounds to none or is not there.
  func count(of candidates: Int) -> Int? {
    switch self {
    case .all: candidates > 0 ? candidates : nil
    case .count(let count): count <= candidates ? count : nil
    case .share(let share):
      // Rounded down: a blast radius is never wider than what was written.
      { $0 > 0 ? $0 : nil }(Int((Double(candidates) * share.fraction + 1e-9).rounded(.down)))
    }
  }

  /// Each step draws from a sequence of its own, so that adding one does not change the others.
  static func seed(_ seed: Int, step: Int) -> UInt64 {
    UInt64(bitPattern: Int64(seed)) &* 0x1_0000_0001 &+ UInt64(step)
  }

  /// Chooses among candidates; the same seed and the same candidates choose the same ones.
  func choose(from candidates: [Candidate], seed: UInt64) -> [Candidate]? {
    guard let count = count(of: candidates.count) else { return nil }
    let ordered = candidates.sorted {
      ($0.host, $0.identity) < ($1.host, $1.identity)
    }
    guard count < ordered.count else { return ordered }
    var generator = SplitMix(seed: seed)
    var places = Array(ordered.indices)
    // The first steps of a Fisher-Yates shuffle.
    for place in 0..<count {
      let other = place + Int(generator.next() % UInt64(places.count - place))
      places.swapAt(place, other)
    }
    return places[..<count].sorted().map { ordered[$0] }
  }
}
