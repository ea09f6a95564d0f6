public import Model

/// Sends some packets twice.
public struct NetworkDuplicate: ShapingFault {
  public static let name = "network.duplicate"
  public static let summary = "Send some packets twice"
  public static let examples = [
    Example(
      "Datagrams arrive twice: does the receiver count them twice?",
      """
      - name: duplicated metrics
        fault: network.duplicate
        traffic: {to: metrics.internal, port: 8125, protocol: udp}
        with: {percent: 20%}
        for: 60s
      """)
  ]

  public let shaping: Shaping

  /// Declares and reads `percent` and `correlation`.
  public init(_ fields: inout Fields) {
    shaping = Shaping(duplication: .read(&fields, "how many packets are sent twice"))
    fields.noteProblems(of: shaping)
  }

  public var request: String { "duplicate \(shaping.duplication?.share.text ?? "") of the packets" }
}
