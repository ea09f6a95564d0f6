public import Model

/// Limit how many bytes of a connection pass in a second.
public struct ConnectionBandwidth: ConnectionFault {
  public static let name = "connection.bandwidth"
  public static let summary = "Limit how many bytes of a connection pass in a second"
  public static let examples = [
    Example(
      "An upload that crawls",
      """
      - name: slow upload
        fault: connection.bandwidth
        traffic: {to: backup.internal, port: 873}
        with: {rate: 1mbit, stream: upstream}
        for: 1m
      """)
  ]

  let rate: DataRate
  public let path: ConnectionPath

  /// Declares and reads `rate`, and how connections come to the proxy.
  public init(_ fields: inout Fields) {
    rate = fields.required("rate", "how much passes in a second, such as 10mbit")
    path = ConnectionPath(&fields)
  }

  public var toxic: Toxic { .bandwidth(bytesPerSecond: max(1, rate.bitsPerSecond / 8)) }
}
