extension Shaping {
  /// The qdiscs that make the shaping, each as the words after `tc qdisc add dev X root handle H:`.
  ///
  /// There are two for a netem with a token bucket: the second is that of `parent H:1`, since netem has
  /// one class, of which packets are taken once their delay is over. `lineRate`, in bits per second, is
  /// what comes at most; nil where it is not known.
  public func qdiscs(lineRate: Int? = nil) -> [[String]] {
    var qdiscs: [[String]] = []
    if needsNetem { qdiscs.append(netem(lineRate: lineRate)) }
    if let bandwidth { qdiscs.append(bandwidth.words) }
    return qdiscs
  }

  private func netem(lineRate: Int?) -> [String] {
    var words = ["netem", "limit", String(queueLimit(lineRate: lineRate).packets)]
    if let delay { words += delay.words }
    if let reordering { words += reordering.words }
    if let loss { words += ["loss"] + loss.words }
    if let corruption { words += ["corrupt"] + corruption.words }
    if let duplication { words += ["duplicate"] + duplication.words }
    if let rate { words += rate.words }
    return words
  }
}

extension Shaping.Delay {
  fileprivate var words: [String] {
    guard jitter > .zero else { return ["delay", mean.trafficControl] }
    var words = ["delay", mean.trafficControl, jitter.trafficControl]
    if correlation.fraction > 0 { words.append(correlation.text) }
    if distribution != .uniform { words += ["distribution", distribution.rawValue] }
    return words
  }
}

extension Shaping.Chance {
  fileprivate var words: [String] {
    correlation.fraction > 0 ? [share.text, correlation.text] : [share.text]
  }
}

extension Shaping.Reordering {
  fileprivate var words: [String] {
    ["reorder"] + chance.words + (gap.map { ["gap", String($0)] } ?? [])
  }
}

extension Shaping.Loss {
  fileprivate var words: [String] {
    switch self {
    case .random(let chance): ["random"] + chance.words
    case .state(let p13, let p31, let p32, let p23, let p14):
      ["state"] + [p13, p31, p32, p23, p14].map(\.text)
    case .gilbertElliott(let p, let r, let lossInBad, let lossInGood):
      ["gemodel"] + [p, r, lossInBad, lossInGood].map(\.text)
    }
  }
}

extension Shaping.Rate {
  fileprivate var words: [String] {
    var overheads = [packetOverhead, cellSize, cellOverhead]
    while overheads.last == 0 { overheads.removeLast() }
    return ["rate", "\(bitsPerSecond)bit"] + overheads.map(String.init)
  }
}

extension Shaping.Bandwidth {
  fileprivate var words: [String] {
    let words = ["tbf", "rate", "\(bitsPerSecond)bit", "burst", "\(burst)b"]
    switch queue {
    case .latency(let latency): return words + ["latency", latency.trafficControl]
    case .bytes(let bytes): return words + ["limit", "\(bytes)b"]
    }
  }
}

extension Duration {
  /// The time as tc(8) reads it, in one unit; it knows microseconds and nothing smaller.
  fileprivate var trafficControl: String {
    let microseconds = (nanoseconds + 500) / 1_000
    return microseconds % 1_000 == 0 ? "\(microseconds / 1_000)ms" : "\(microseconds)us"
  }
}
