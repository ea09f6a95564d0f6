/// The limits of one metric: `p95: {max: 2x baseline, floor: 50ms}`.
public struct MetricLimit: Sendable, Hashable {
  public var metric: Metric
  public var bounds: [Bound]
  public var mark: Mark?

  /// Makes a limit.
  public init(metric: Metric, bounds: [Bound], mark: Mark? = nil) {
    self.metric = metric
    self.bounds = bounds
    self.mark = mark
  }

  /// Whether limits say what must hold, or what ends the run.
  public enum Use: Sendable {
    case tolerance
    case stop

    var directions: [Bound.Direction] {
      self == .tolerance ? [.minimum, .maximum] : [.below, .above]
    }
  }

  /// The fixed metric names, for the schema and for suggestions.
  static let names = ["success", "value", "mean", "min", "max", "last"]

  /// Declares and reads every metric of a section, and notes those that can't be meant.
  static func readAll(_ fields: inout Fields, use: Use) -> [MetricLimit] {
    var limits: [MetricLimit] = []
    var written = 0
    for name in names {
      guard let metric = Metric(name: name) else { continue }
      let node = fields.delegated(
        name, summary(of: metric), schema: .reference("limit.\(metric.unit)"))
      written += node == nil ? 0 : 1
      if let node { limits.append(read(node, metric: metric, use: use, in: &fields)) }
    }
    let quantiles = fields.open(
      #"^p[0-9]+(\.[0-9]+)?$"#, "that quantile of the latency of successful samples",
      as: RawLimit.self, example: "p95"
    ) { name in
      guard Metric(name: name)?.unit == .time else { return false }
      written += 1
      return true
    }
    for (name, raw) in quantiles {
      guard let metric = Metric(name: name) else { continue }
      limits.append(read(raw.node, metric: metric, use: use, in: &fields))
    }
    // A metric that is only misspelt, or whose limits can't be read, is noted as such.
    if written == 0, !fields.hasUnknownKeys {
      fields.note("no limit is named", cure: "add one, such as success: {min: 99%}")
    }
    return limits
  }

  private static func summary(of metric: Metric) -> String {
    switch metric {
    case .success: "share of samples that succeeded"
    case .value: "every sample's value"
    case .mean: "mean of the values"
    case .minimum: "least of the values"
    case .maximum: "greatest of the values"
    case .last: "newest of the values"
    case .latency: "quantile of the latency of successful samples"
    }
  }

  private static func read(
    _ node: Node, metric: Metric, use: Use, in fields: inout Fields
  ) -> MetricLimit {
    let section = fields.read(node, as: RawLimit.self).map { $0.node } ?? node
    let bounds = Bound.readAll(section, metric: metric, use: use, in: &fields)
    let limit = MetricLimit(metric: metric, bounds: bounds, mark: node.mark)
    limit.checkSense(in: &fields)
    return limit
  }

  /// Notes limits that nothing can violate, or that nothing can satisfy.
  private func checkSense(in fields: inout Fields) {
    for bound in bounds where bound.isVacuous(for: metric) {
      fields.note(
        "\(metric.name): {\(bound.direction.rawValue): \(bound.shown(for: metric))} can never "
          + (bound.direction.isStop ? "stop the run" : "fail"),
        at: bound.mark, cure: "name a limit that could be missed")
    }
    let least = bounds.first { $0.direction == .minimum }?.limit.absolute
    let most = bounds.first { $0.direction == .maximum }?.limit.absolute
    if let least, let most, least > most {
      fields.note(
        "\(metric.name) can't be at least \(metric.shown(least)) and at most "
          + "\(metric.shown(most))", at: mark, cure: "exchange them")
    }
  }
}

/// A limit whose unit is known only by the metric's name; kept as a node until then.
struct RawLimit: FieldValue {
  var node: Node

  static var schema: Schema { .reference("limit.time") }
  static var placeholder: RawLimit { RawLimit(node: Node(.map([]))) }

  static func read(_ node: Node, in reading: inout Reading) -> RawLimit? {
    guard case .map = node.content else {
      reading.note(
        "expected limits, not \(node.kind)", at: node.mark,
        cure: "write {min: …} or {max: …}")
      return nil
    }
    return RawLimit(node: node)
  }
}
