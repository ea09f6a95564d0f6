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

/// SplitMix64 of Steele, Lea and Flood (OOPSLA 2014): a tiny generator whose sequence is the same
/// on every machine and in every version.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
