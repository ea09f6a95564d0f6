/// Why tc could not make a shaping, or the kernel would make another one of it.
public enum ShapingProblem: Sendable, Hashable {
  case nothing
  /// A time that is negative, or longer than `Shaping.longestTime`.
  case time(String, Duration)
  case jitterWithoutDelay
  case distributionWithoutJitter
  case correlationWithoutJitter
  case reorderingWithoutDelay
  case gap(Int)
  /// All packets overtake, so that none does.
  case everythingOvertakes
  /// A share of nothing, as far as shares can be told.
  case never(String)
  /// A burst of losses that never ends, for want of this chance.
  case endless(String)
  case rate(String, Int)
  /// A bandwidth at which a frame takes too long.
  case slow(Int)
  case cells
  /// A bucket that is smaller than a frame, or that takes too long to fill.
  case burst(Int)
  /// A queue that holds nothing, or that is too large for the kernel to count.
  case queue
  /// Two effects that limit the throughput.
  case twoRates

  /// Of what it is, by a field's name; nil: of all together.
  public var field: String? {
    switch self {
    case .time(let what, _): what
    case .jitterWithoutDelay, .distributionWithoutJitter: "jitter"
    case .correlationWithoutJitter: "correlation"
    case .gap: "gap"
    case .never, .everythingOvertakes: "percent"
    case .endless(let chance): chance
    case .rate, .slow: "rate"
    case .burst: "burst"
    case .queue: "latency"
    case .nothing, .reorderingWithoutDelay, .cells, .twoRates: nil
    }
  }

  /// What is wrong, and what to do.
  public var text: String {
    switch self {
    case .nothing: "nothing is shaped; give a delay, a loss or another effect"
    case .time(let what, let time):
      "the \(what) of \(time.text) can't be made; it must be from \(Shaping.shortestTime.text) to "
        + Shaping.longestTime.text
    case .jitterWithoutDelay: "jitter needs a delay around which it varies"
    case .distributionWithoutJitter: "a distribution needs a jitter above zero"
    case .correlationWithoutJitter:
      "a correlation is that of the jitter, and there is none; give a jitter above zero"
    case .reorderingWithoutDelay:
      "reordering needs a delay: what overtakes is what is not delayed"
    case .gap(let gap): "a gap of \(gap) can't be; it must be from 1 to 1000000"
    case .everythingOvertakes:
      "where every packet overtakes none does, and none is delayed; give less than 100%, or a gap"
    case .never(let what):
      "less than \(Traffic.Share.least.text) of the packets with \(what) is none of them; give at least "
        + Traffic.Share.least.text
    case .endless(let chance):
      "a burst that has begun would never end; give \(chance) a share above zero, or lose 100 percent"
    case .rate(let what, let rate):
      "a \(what) of \(rate) bit/s can't be made; it must be from 8 bit/s to 1 Tbit/s"
    case .slow(let rate):
      "at \(rate) bit/s a burst of two frames takes longer than \(Shaping.longestTime.text); give at least "
        + "\(Shaping.Bandwidth.least) bit/s"
    case .cells: "cells need a size from 1 to 65535, and overheads are from -1500 to 65535"
    case .burst(let burst):
      "a burst of \(burst) bytes can't be made; it must hold a frame of \(Shaping.frameSize) bytes "
        + "and be sent within \(Shaping.longestTime.text)"
    case .queue: "the queue must hold something, and less than 4 GiB"
    case .twoRates: "a rate and a bandwidth limit the same packets; give one of them"
    }
  }
}

extension Shaping {
  /// The longest time that tc makes: it counts in units of 64 ns, with 32 bits.
  public static let longestTime: Duration = .seconds(274)
  /// The shortest: it reads microseconds.
  public static let shortestTime: Duration = .microseconds(1)

  private static let rates = 8...1_000_000_000_000
  private static let overheads = -1_500...65_535

  /// What is wrong with the shaping; empty if `tc` and the kernel make of it what it says.
  ///
  /// tc itself takes some mistakes silently: a delay of 4295 s becomes one of 33 ms.
  public var problems: [ShapingProblem] {
    var problems: [ShapingProblem] = []
    if !needsNetem, bandwidth == nil { problems.append(.nothing) }
    if let delay { problems += delay.problems }
    if let reordering {
      if delay == nil { problems.append(.reorderingWithoutDelay) }
      if reordering.chance.share.fraction >= 1, reordering.gap == nil {
        problems.append(.everythingOvertakes)
      }
      if let gap = reordering.gap, !(1...1_000_000).contains(gap) { problems.append(.gap(gap)) }
    }
    let shares = [
      ("reordering", reordering?.chance), ("loss", loss?.chance), ("corruption", corruption),
      ("duplication", duplication),
    ]
    for case (let what, let chance?) in shares
    where Traffic.Share.part(of: chance.share.fraction) == 0 {
      problems.append(.never(what))
    }
    if let chance = loss?.missingEnd { problems.append(.endless(chance)) }
    if let rate { problems += rate.problems }
    if let bandwidth { problems += bandwidth.problems }
    if rate != nil, bandwidth != nil { problems.append(.twoRates) }
    return problems
  }

  fileprivate static func isRate(_ rate: Int) -> Bool { rates.contains(rate) }
  fileprivate static func isOverhead(_ bytes: Int) -> Bool { overheads.contains(bytes) }
}

extension Shaping.Loss {
  /// What has to be above zero for anything to be lost.
  fileprivate var chance: Shaping.Chance {
    switch self {
    case .random(let chance): chance
    case .state(let p13, _, _, _, let p14):
      Shaping.Chance(Percentage(fraction: max(p13.fraction, p14.fraction)))
    case .gilbertElliott(let p, _, let lossInBad, let lossInGood):
      Shaping.Chance(
        Percentage(fraction: max(min(p.fraction, lossInBad.fraction), lossInGood.fraction)))
    }
  }

  /// The chance by which a burst would end, where it is zero and bursts begin.
  fileprivate var missingEnd: String? {
    switch self {
    case .random: nil
    // The fourth chance leads to reception within the burst, and from there back into it.
    case .state(let p13, let p31, _, _, _):
      p13.fraction > 0 && p31.fraction <= 0 ? "p31" : nil
    case .gilbertElliott(let p, let r, _, _): p.fraction > 0 && r.fraction <= 0 ? "r" : nil
    }
  }
}

extension Shaping.Delay {
  fileprivate var problems: [ShapingProblem] {
    var problems: [ShapingProblem] = []
    let times = Shaping.shortestTime...Shaping.longestTime
    if !times.contains(mean), mean != .zero || jitter == .zero {
      problems.append(.time("delay", mean))
    }
    if !times.contains(jitter), jitter != .zero { problems.append(.time("jitter", jitter)) }
    if mean == .zero, jitter > .zero { problems.append(.jitterWithoutDelay) }
    if jitter == .zero, correlation.fraction > 0 { problems.append(.correlationWithoutJitter) }
    if jitter == .zero, distribution != .uniform { problems.append(.distributionWithoutJitter) }
    return problems
  }
}

extension Shaping.Rate {
  fileprivate var problems: [ShapingProblem] {
    var problems: [ShapingProblem] = []
    if !Shaping.isRate(bitsPerSecond) { problems.append(.rate("rate", bitsPerSecond)) }
    let areOverheads = Shaping.isOverhead(packetOverhead) && Shaping.isOverhead(cellOverhead)
    if !areOverheads || !(0...65_535).contains(cellSize) || cellSize == 0 && cellOverhead != 0 {
      problems.append(.cells)
    }
    return problems
  }
}

extension Shaping.Bandwidth {
  /// At less, in bits per second, the smallest bucket would not fill in time.
  fileprivate static let least = Int(
    (Double(usualBurst(for: 0)) * 8 / Shaping.longestTime.seconds).rounded(.up))

  fileprivate var problems: [ShapingProblem] {
    guard Shaping.isRate(bitsPerSecond) else { return [.rate("bandwidth", bitsPerSecond)] }
    var problems: [ShapingProblem] = []
    let seconds = Double(burst) * 8 / Double(bitsPerSecond)
    if burst == Self.usualBurst(for: bitsPerSecond), bitsPerSecond < Self.least {
      return [.slow(bitsPerSecond)]
    }
    if burst < Shaping.frameSize || seconds > Shaping.longestTime.seconds {
      problems.append(.burst(burst))
    }
    let size: Double =
      switch queue {
      case .latency(let latency): Double(bitsPerSecond) / 8 * latency.seconds
      case .bytes(let bytes): Double(bytes)
      }
    if size <= 0 || size + Double(burst) >= 4_294_967_296 { problems.append(.queue) }
    return problems
  }
}
