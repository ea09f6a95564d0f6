public import Model

/// Delay the end of connections.
public struct ConnectionSlowClose: ConnectionFault {
  public static let name = "connection.slow-close"
  public static let summary = "Delay the end of connections"
  public static let examples = [
    Example(
      "Closed connections linger, and pools run full",
      """
      - name: lingering connections
        fault: connection.slow-close
        traffic: {to: 10.0.0.2, port: 5432}
        with: {delay: 5s}
        for: 1m
      """)
  ]

  let delay: Duration
  public let path: ConnectionPath

  /// Declares and reads `delay`, and how connections come to the proxy.
  public init(_ fields: inout Fields) {
    delay =
      fields.required("delay", "how much later the end comes", as: PositiveDuration.self).duration
    path = ConnectionPath(&fields)
  }

  public var toxic: Toxic { .slowClose(delay: delay) }
}
