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
    let isCorrelated = [out.delay, self.in.delay].contains { delay in
      delay.map { $0.jitter > .zero && $0.correlation.fraction > 0 } ?? false
    }
    // tabledist() in net/sched/sch_netem.c takes the remainder of a number that resembles the last one.
    return isCorrelated
      ? "netem keeps hardly anything of a jitter's correlation: 75% asked, 8% measured" : nil
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
