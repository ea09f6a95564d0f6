public import Model

/// Turns a bit over in some packets.
public struct NetworkCorrupt: ShapingFault {
  public static let name = "network.corrupt"
  public static let summary = "Turn over a random bit in some packets; checksums should notice"
  public static let examples = [
    Example(
      "A bad cable: some packets arrive damaged, and have to be sent again",
      """
      - name: bad cable
        fault: network.corrupt
        traffic: {to: 10.0.0.2}
        with: {percent: 2%}
        for: 60s
      """)
  ]

  public let shaping: Shaping

  /// Declares and reads `percent` and `correlation`.
  public init(_ fields: inout Fields) {
    shaping = Shaping(corruption: .read(&fields, "how many packets are damaged"))
    fields.noteProblems(of: shaping)
  }

  public var request: String { "damage \(shaping.corruption?.share.text ?? "") of the packets" }
}

extension Shaping.Chance {
  /// Declares and reads the fields of a chance.
  static func read(_ fields: inout Fields, _ summary: String) -> Shaping.Chance {
    Shaping.Chance(
      fields.required("percent", summary),
      correlation: fields.value(
        "correlation", "how much the fate of one packet is like that of the one before",
        default: .none, shown: "0%"))
  }
}
