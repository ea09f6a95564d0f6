/// What healthy looks like: probes with tolerances, and how long they must hold.
public struct Hypothesis: FieldSection {
  public var title: String?
  /// How long it must hold before anything is broken.
  public var baseline: Duration
  public var recovery: Recovery
  public var probes: [ProbeDeclaration]

  /// Declares and reads the hypothesis.
  public init(_ fields: inout Fields) {
    title = fields.optional("title", "the hypothesis as a sentence")
    baseline =
      fields.value(
        "baseline", "how long it must hold before anything is broken",
        default: PositiveDuration(.seconds(10)), shown: "10s"
      ).duration
    recovery = fields.value(
      "recovery", "how soon after the undo, and for how long, it must hold again",
      default: Recovery(), shown: "{within: 60s, holds: 5s}")
    probes = fields.required("probes", "what is observed, at least one")
    guard !fields.isDeclaring else { return }
    if case .list(let written)? = fields.node("probes")?.content, written.isEmpty {
      fields.note("no probe observes anything", at: "probes", cure: "add a probe")
    }
    var seen: Set<String> = []
    for probe in probes
    where !probe.name.text.isEmpty && !seen.insert(probe.name.text).inserted {
      fields.note(
        "two probes are named '\(probe.name.text.limited)'", at: probe.name.mark,
        cure: "rename one of them")
    }
    var phases: [(name: String, duration: Duration)] = []
    if !fields.isUnknown("baseline") { phases.append(("baseline", baseline)) }
    if !fields.isUnknown("recovery", "holds") { phases.append(("recovery", recovery.holds)) }
    guard let (phase, duration) = phases.min(by: { $0.duration < $1.duration }) else { return }
    for probe in probes where probe.tolerance != nil && probe.every > duration {
      fields.note(
        "'\(probe.name.text.limited)' is asked every \(probe.every.text), which is longer than "
          + "the \(phase) of \(duration.text)",
        at: probe.everyMark, cure: "ask more often, or make the \(phase) longer")
    }
  }
}

/// How soon after the undo the steady state must be back, and for how long it must hold.
public struct Recovery: FieldSection, Hashable, Codable {
  public var within: Duration
  public var holds: Duration

  /// The recovery of a hypothesis that names none.
  public init() {
    within = .seconds(60)
    holds = .seconds(5)
  }

  /// Declares and reads the recovery.
  public init(_ fields: inout Fields) {
    within =
      fields.value(
        "within", "how soon after the undo it must hold again",
        default: PositiveDuration(.seconds(60)), shown: "60s"
      ).duration
    holds =
      fields.value(
        "holds", "for how long it must hold", default: PositiveDuration(.seconds(5)), shown: "5s"
      ).duration
  }
}
