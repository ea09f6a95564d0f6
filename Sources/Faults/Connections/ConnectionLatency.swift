public import Model

/// Delay what a connection carries.
public struct ConnectionLatency: ConnectionFault {
  public static let name = "connection.latency"
  public static let summary = "Delay what a connection carries"
  public static let examples = [
    Example(
      "A slow dependency, without the kernel's help",
      """
      - name: slow cache
        fault: connection.latency
        traffic: {to: 127.0.0.1, port: 6379}
        with: {delay: 50ms, jitter: 10ms}
        for: 30s
      """)
  ]

  let delay: Duration
  let jitter: Duration
  public let path: ConnectionPath

  /// Declares and reads `delay` and `jitter`, and how connections come to the proxy.
  public init(_ fields: inout Fields) {
    delay =
      fields.required("delay", "how much later bytes come", as: PositiveDuration.self).duration
    jitter = fields.value("jitter", "how far the delay varies", default: .zero, shown: "0s")
    path = ConnectionPath(&fields)
  }

  public var toxic: Toxic { .latency(delay: delay, jitter: jitter) }
}
