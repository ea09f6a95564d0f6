/// What a probe's samples must satisfy: one limit for each metric that is named.
public struct Tolerance: FieldSection, Hashable {
  public var limits: [MetricLimit]

  /// Makes a tolerance from its limits.
  public init(limits: [MetricLimit]) {
    self.limits = limits
  }

  /// Declares and reads `success: {min: 98%}`, `p95: {max: 300ms}` and so on.
  public init(_ fields: inout Fields) {
    limits = MetricLimit.readAll(&fields, use: .tolerance)
  }
}

/// What must hold while a fault is in force.
public struct FaultedTolerance: FieldSection, Hashable {
  /// How long after a fault is in force the judgement starts.
  public var within: Duration
  public var limits: [MetricLimit]

  /// Makes a tolerance for the time under fault.
  public init(within: Duration, limits: [MetricLimit]) {
    self.within = within
    self.limits = limits
  }

  /// Declares and reads `within` and the limits.
  public init(_ fields: inout Fields) {
    within = fields.value(
      "within", "judged from so long after the fault is in force", default: .zero, shown: "0s")
    limits = MetricLimit.readAll(&fields, use: .tolerance)
  }
}

/// A condition on one probe, as expectations, waits and stop conditions have it.
public struct ProbeCondition: Sendable, Hashable {
  public var probe: Name
  public var limits: [MetricLimit]

  /// Makes a condition.
  public init(probe: Name, limits: [MetricLimit]) {
    self.probe = probe
    self.limits = limits
  }
}

/// What must come true within a time after a step.
public struct Expectation: FieldSection, Hashable {
  public var condition: ProbeCondition
  public var within: Duration

  /// Declares and reads an expectation.
  public init(_ fields: inout Fields) {
    let probe: Name = fields.required("probe", "the probe that must show it")
    within =
      fields.required(
        "within", "how soon after the step it must come true", as: PositiveDuration.self
      ).duration
    condition = ProbeCondition(
      probe: probe, limits: MetricLimit.readAll(&fields, use: .tolerance))
  }
}

/// What ends the run at once.
public struct StopCondition: FieldSection, Hashable {
  public var condition: ProbeCondition
  /// The time over which it is judged; absent: the newest sample alone.
  public var over: Duration?
  public var mark: Mark?

  /// Declares and reads a stop condition.
  public init(_ fields: inout Fields) {
    mark = fields.mark
    let probe: Name = fields.required("probe", "the probe that shows it")
    over =
      fields.optional("over", "the time over which it is judged", as: PositiveDuration.self)?
      .duration
    condition = ProbeCondition(
      probe: probe, limits: MetricLimit.readAll(&fields, use: .stop))
  }
}
