public import Model

/// Refuse connections, and close those that are open.
public struct ConnectionDown: ConnectionFault {
  public static let name = "connection.down"
  public static let summary = "Refuse connections, and close those that are open"
  public static let examples = [
    Example(
      "The cache is down for those who use it",
      """
      - name: cache is down
        fault: connection.down
        traffic: {to: 127.0.0.1, port: 6379}
        for: 30s
      """)
  ]

  public let path: ConnectionPath

  /// Declares and reads nothing of its own, and how connections come to the proxy.
  public init(_ fields: inout Fields) {
    path = ConnectionPath(&fields, stream: nil)
    guard !fields.isDeclaring, path.listen != nil, path.share >= 1 else { return }
    fields.note(
      "nobody listens there before the fault, nor in it, nor after it: it would change nothing",
      at: "listen",
      cure:
        "select connections by 'traffic' instead, or say what share of them it refuses by 'percent'"
    )
  }

  public var toxic: Toxic { .down }
}
