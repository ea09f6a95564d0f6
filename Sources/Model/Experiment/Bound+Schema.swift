extension Metric.Unit {
  /// What an author may write as the limits of a metric of this unit.
  public var limitSchema: Schema {
    let amount = amountSchema
    func field(_ name: String, _ summary: String, _ schema: Schema) -> Schema.Field {
      Schema.Field(name: name, summary: summary, schema: schema)
    }
    return .object([
      field("min", "what it must reach", amount),
      field("max", "what it must not exceed", amount),
      field("below", "stops the run when it is under this", amount),
      field("above", "stops the run when it is over this", amount),
      field("floor", "what a limit such as '2x baseline' never falls below", amount),
    ])
  }

  private var amountSchema: Schema {
    let times = #"^[0-9.]+x +baseline$"#
    switch self {
    case .share:
      return .string(pattern: #"^[0-9.]+%$|^baseline +[+-] +[0-9.]+pp$|"# + times)
    case .time:
      let duration = "([0-9.]+(ns|us|µs|ms|s|m|h|d))+"
      return .string(pattern: "^\(duration)$|^baseline +[+-] +\(duration)$|" + times)
    case .number:
      return .any(of: [.number, .string(pattern: #"^baseline +[+-] +[0-9.]+$|"# + times)])
    }
  }
}
