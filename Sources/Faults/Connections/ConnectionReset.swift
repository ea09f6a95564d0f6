public import Model

/// Reset connections.
public struct ConnectionReset: ConnectionFault {
  public static let name = "connection.reset"
  public static let summary = "Reset connections"
  public static let examples = [
    Example(
      "Half of the connections are reset in the middle",
      """
      - name: resets
        fault: connection.reset
        traffic: {to: 10.0.0.2, port: 5432}
        with: {after: 100ms, percent: 50%}
        for: 1m
      """)
  ]

  let after: Duration
  public let path: ConnectionPath

  /// Declares and reads `after`, and how connections come to the proxy.
  public init(_ fields: inout Fields) {
    after = fields.value(
      "after", "how long after its first byte a connection is reset", default: .zero, shown: "0s")
    path = ConnectionPath(&fields)
  }

  public var toxic: Toxic { .reset(after: after) }
}
