public import Model

/// Limits how much passes in a second.
public struct NetworkBandwidth: ShapingFault {
  public static let name = "network.bandwidth"
  public static let summary = "Limit how much passes in a second"
  public static let examples = [
    Example(
      "The link to the backup is slower than the data that it should carry",
      """
      - name: narrow link
        fault: network.bandwidth
        traffic: {to: backup.internal}
        with: {rate: 10mbit}
        for: 2m
      """)
  ]

  public let shaping: Shaping

  /// Declares and reads `rate`, `burst` and `latency`.
  public init(_ fields: inout Fields) {
    let rate: DataRate = fields.required("rate", "how much passes in a second, such as 10mbit")
    let burst: DataSize? = fields.optional(
      "burst", "how much passes at full speed after a rest; without it, what 4 ms carry")
    let latency = fields.value(
      "latency", "how long a packet may wait; what would wait longer is dropped",
      default: Duration.milliseconds(400), shown: "400ms")
    shaping = Shaping(
      bandwidth: Shaping.Bandwidth(
        bitsPerSecond: rate.bitsPerSecond, burst: burst?.bytes, queue: .latency(latency)))
    fields.noteProblems(of: shaping)
  }

  public var request: String {
    "at most \(DataRate(bitsPerSecond: shaping.bandwidth?.bitsPerSecond ?? 0).text)"
  }
}
