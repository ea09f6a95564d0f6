public import Model

/// Delays packets.
public struct NetworkLatency: ShapingFault {
  public static let name = "network.latency"
  public static let summary = "Delay packets, evenly or with jitter"
  public static let capabilities = PacketCapabilities.delaying
  public static let examples = [
    Example(
      "A slow database: a request pays the delay with each round trip",
      """
      - name: slow database
        fault: network.latency
        traffic: {to: 10.0.0.2, port: 5432}
        with: {delay: 200ms, jitter: 20ms}
        for: 60s
      """),
    Example(
      "All that one service sends is late, whatever it is",
      """
      - name: a slow host
        fault: network.latency
        traffic: {user: postgres}
        with: {delay: 50ms, jitter: 10ms, distribution: normal}
        for: 60s
      """),
  ]

  public let shaping: Shaping

  /// Declares and reads `delay`, `jitter`, `correlation` and `distribution`.
  public init(_ fields: inout Fields) {
    shaping = Shaping(delay: .read(&fields))
    fields.noteProblems(of: shaping)
  }

  public var request: String { shaping.delay.map { "delay \($0.shown)" } ?? "" }
}

extension Shaping.Delay {
  /// Declares and reads the fields of a delay.
  static func read(_ fields: inout Fields) -> Shaping.Delay {
    let delay: PositiveDuration = fields.required("delay", "how much later each packet comes")
    return Shaping.Delay(
      delay.duration,
      jitter: fields.value(
        "jitter", "how far the delay varies; packets may overtake each other", default: .zero,
        shown: "0s"),
      correlation: fields.value(
        "correlation",
        "how much one packet's jitter is like that of the one before; netem keeps hardly any of it",
        default: .none, shown: "0%"),
      distribution: fields.value(
        "distribution", "of the jitter: uniform, normal, pareto or paretonormal",
        default: .uniform, shown: "uniform"))
  }

  /// The delay in words.
  var shown: String {
    jitter > .zero ? "\(mean.text) ± \(jitter.text) (\(distribution.rawValue))" : mean.text
  }
}

extension Shaping.Distribution: FieldChoice {
  public static var placeholder: Shaping.Distribution { .uniform }
}
