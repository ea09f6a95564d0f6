public import Model

/// Let connections be made, and then let nothing through.
public struct ConnectionTimeout: ConnectionFault {
  public static let name = "connection.timeout"
  public static let summary = "Let connections be made, and then let nothing through"
  public static let examples = [
    Example(
      "The server accepts, and never answers",
      """
      - name: silent server
        fault: connection.timeout
        traffic: {to: 10.0.0.2, port: 5432}
        with: {after: 30s}
        for: 1m
      """)
  ]

  let after: Duration?
  public let path: ConnectionPath

  /// Declares and reads `after`, and how connections come to the proxy.
  public init(_ fields: inout Fields) {
    after =
      fields.optional(
        "after", "when the connection is closed; without it, at the end of the fault",
        as: PositiveDuration.self)?.duration
    path = ConnectionPath(&fields)
  }

  public var toxic: Toxic { .timeout(after: after) }
}
