extension Shaping {
  /// The qdiscs that make several shapings of the same packets, from the root on; see `qdiscs`.
  ///
  /// Each netem is within the one before, which gives it the packets whose delay is over: so delays add
  /// up, and each loses its own share of what the others left. Two things netem does not do so.
  /// - A packet that overtakes is handed out past what is within: what reorders is the innermost.
  /// - What duplicates puts its copies in at the root, where each qdisc would see them again; kernels
  ///   since 2025 refuse it beside another netem. There all become one netem.
  ///
  /// Token buckets come last: they drop what would wait too long, of which those outside must know nothing.
  public static func qdiscs(of shapings: [Shaping]) throws(ShapingConflict) -> [[String]] {
    var netems: [Shaping] = []
    var buckets: [Shaping] = []
    for shaping in shapings {
      var netem = shaping
      netem.bandwidth = nil
      if netem.needsNetem { netems.append(netem) }
      if shaping.bandwidth != nil { buckets.append(Shaping(bandwidth: shaping.bandwidth)) }
    }
    if netems.count > 1, netems.contains(where: { $0.duplication != nil }) {
      netems = [try merged(netems)]
    }
    let reordering = netems.filter { $0.reordering != nil }
    if reordering.count > 1 { throw .two("reorderings") }
    if !reordering.isEmpty, !buckets.isEmpty { throw .overtaking("a bandwidth") }
    let ordered = netems.filter { $0.reordering == nil } + reordering + buckets
    return ordered.flatMap { $0.qdiscs() }
  }

  private static func merged(_ shapings: [Shaping]) throws(ShapingConflict) -> Shaping {
    var all = Shaping()
    for shaping in shapings { all = try all.merged(with: shaping) }
    // Such as delays which are possible each by itself.
    if let problem = all.problems.first { throw .together(problem) }
    return all
  }

  /// One netem that does the part of both.
  private func merged(with other: Shaping) throws(ShapingConflict) -> Shaping {
    if (reordering ?? other.reordering) != nil {
      if reordering != nil, other.reordering != nil { throw .two("reorderings") }
      if delay != nil, other.delay != nil { throw .overtaking("another delay") }
      if rate != nil || other.rate != nil { throw .overtaking("a rate") }
    }
    return Shaping(
      delay: try Self.either(delay, other.delay) { (one, two) throws(ShapingConflict) in
        try one.followed(by: two)
      },
      loss: try Self.either(loss, other.loss) { (one, two) throws(ShapingConflict) in
        guard case .random(let one) = one, case .random(let two) = two else {
          throw .two("losses in bursts")
        }
        return .random(try one.or(two, "losses"))
      },
      corruption: try Self.either(corruption, other.corruption) {
        (one, two) throws(ShapingConflict) in try one.or(two, "corruptions")
      },
      duplication: try Self.either(duplication, other.duplication) {
        (_, _) throws(ShapingConflict) in throw .two("duplications")
      },
      reordering: reordering ?? other.reordering,
      rate: try Self.either(rate, other.rate) { (_, _) throws(ShapingConflict) in
        throw .two("rates")
      })
  }

  private static func either<Effect>(
    _ one: Effect?, _ two: Effect?,
    combining: (Effect, Effect) throws(ShapingConflict) -> Effect
  ) throws(ShapingConflict) -> Effect? {
    guard let one, let two else { return one ?? two }
    return try combining(one, two)
  }
}

extension Shaping.Delay {
  /// Both, one after the other; of two that vary the sum has a distribution of its own.
  fileprivate func followed(by other: Self) throws(ShapingConflict) -> Self {
    if jitter > .zero, other.jitter > .zero { throw .two("jitters") }
    var sum = jitter > .zero ? self : other
    sum.mean = mean + other.mean
    return sum
  }
}

extension Shaping.Chance {
  /// The chance that one or the other happens, each for itself.
  fileprivate func or(_ other: Self, _ what: String) throws(ShapingConflict) -> Self {
    if correlation.fraction > 0 || other.correlation.fraction > 0 {
      throw .two("\(what) with a correlation")
    }
    let neither = (1 - share.fraction) * (1 - other.share.fraction)
    return Self(Percentage(fraction: 1 - neither))
  }
}

/// Why netem can't shape the same packets in all of the ways that faults ask for at the same time.
public enum ShapingConflict: Error, Sendable, Hashable {
  /// Two of an effect that a netem has once.
  case two(String)
  /// Something that packets which overtake would not get.
  case overtaking(String)
  /// What no single netem can be asked for.
  case together(ShapingProblem)

  /// What can't be.
  public var text: String {
    switch self {
    case .two(let effects): "netem can't make two \(effects) of the same packets at the same time"
    case .overtaking(let what):
      "packets that overtake by netem's reordering would escape \(what) of the same packets"
    case .together(let problem): "all effects on the same packets together: \(problem.text)"
    }
  }
}
