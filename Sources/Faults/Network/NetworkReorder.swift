public import Model

/// Lets some packets overtake the others.
public struct NetworkReorder: ShapingFault {
  public static let name = "network.reorder"
  public static let summary = "Delay packets, but let some overtake: they arrive out of order"
  public static let examples = [
    Example(
      "A quarter of the packets overtakes the rest",
      """
      - name: out of order
        fault: network.reorder
        traffic: {to: 10.0.0.2}
        with: {delay: 20ms, percent: 25%}
        for: 60s
      """)
  ]

  public let shaping: Shaping

  /// Declares and reads `delay` and what goes with it, `percent`, `correlation-of-order` and `gap`.
  public init(_ fields: inout Fields) {
    let delay = Shaping.Delay.read(&fields)
    let share: Percentage = fields.required("percent", "how many packets overtake")
    let correlation = fields.value(
      "order-correlation", "how much one packet's overtaking is like that of the one before",
      default: Percentage.none, shown: "0%")
    let gap: Int? = fields.optional("gap", "only every so many packets one may overtake")
    shaping = Shaping(
      delay: delay,
      reordering: Shaping.Reordering(Shaping.Chance(share, correlation: correlation), gap: gap))
    fields.noteProblems(of: shaping)
  }

  public var request: String {
    "delay \(shaping.delay?.shown ?? ""), and let \(shaping.reordering?.chance.share.text ?? "") overtake"
  }
}
