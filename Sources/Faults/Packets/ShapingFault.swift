public import Model

/// A fault that is a shaping of packets, by tc-netem(8) or tc-tbf(8), and nothing else.
public protocol ShapingFault: PacketFault {
  var shaping: Shaping { get }
}

extension ShapingFault {
  public static var tools: [String] { ["nft", "ip", "tc"] }
  public var treatment: Treatment { .shape(ShapedWays(both: shaping)) }
}

extension ShapedWays {
  /// What the kernel does not do of it although tc takes it; nil if it does all.
  var remark: String? {
    let remarks = [correlationRemark, jitterRemark, queueRemark].compactMap(\.self)
    return remarks.isEmpty ? nil : remarks.joined(separator: "; ")
  }

  private var correlationRemark: String? {
    let isCorrelated = [out.delay, self.in.delay].contains { delay in
      delay.map { $0.jitter > .zero && $0.correlation.fraction > 0 } ?? false
    }
    // tabledist() in net/sched/sch_netem.c takes the remainder of a number that resembles the last one.
    return isCorrelated
      ? "netem keeps hardly anything of a jitter's correlation: 75% asked, 8% measured" : nil
  }

  private var jitterRemark: String? {
    let isLonger = [out.delay, self.in.delay].contains { $0.map { $0.jitter > $0.mean } ?? false }
    return isLonger
      ? "the jitter is longer than the delay: what would have to leave before it comes is not delayed, and "
        + "the mean is above what is asked" : nil
  }

  private var queueRemark: String? {
    let limits = [out, self.in].filter(\.needsNetem).map { $0.queueLimit() }
    guard let least = limits.filter({ !$0.isEnough }).min(by: { $0.fullRate < $1.fullRate }) else {
      return nil
    }
    return "netem's queue holds \(least.packets) packets: of more than "
      + "\(least.fullRate / 1_000_000) Mbit/s, in packets of \(Shaping.packetSize) bytes on average, some are "
      + "lost besides"
  }
}

extension Fields {
  /// Notes what no shaping can be.
  mutating func noteProblems(of shaping: Shaping) {
    guard !isDeclaring else { return }
    for problem in shaping.problems {
      // A field that is missing, or of a section within, has its place there.
      if let field = problem.field, node(field) != nil {
        note(problem.text, at: field)
      } else {
        note(problem.text)
      }
    }
  }
}
