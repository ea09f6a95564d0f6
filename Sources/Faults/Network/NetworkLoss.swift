public import Model

/// Loses packets, each by its own chance or in bursts.
public struct NetworkLoss: PacketFault {
  public static let name = "network.loss"
  public static let summary = "Lose packets, each by its own chance or in bursts"
  public static let tools = ["nft", "ip", "tc"]
  public static let examples = [
    Example(
      "One packet in ten is lost: do retries help, or do they make it worse?",
      """
      - name: lossy database link
        fault: network.loss
        traffic: {to: 10.0.0.2, port: 5432}
        with: {percent: 10%}
        for: 60s
      """),
    Example(
      "Bursts, as on a radio link: seldom, but then most is lost (Gilbert and Elliott)",
      """
      - name: bursts of loss
        fault: network.loss
        traffic: {interface: wlan0}
        with: {gemodel: {p: 1%, r: 10%, 1-h: 70%, 1-k: 0%}}
        for: 60s
      """),
  ]

  let loss: Shaping.Loss

  /// Declares and reads `percent` and `correlation`, or `gemodel`, or `state`.
  public init(_ fields: inout Fields) {
    let share: Percentage? = fields.optional("percent", "how many packets are lost")
    let correlation = fields.value(
      "correlation", "how much the fate of one packet is like that of the one before",
      default: Percentage.none, shown: "0%")
    let bursts: GilbertElliott? = fields.optional(
      "gemodel", "bursts, by the model of Gilbert and Elliott")
    let states: FourStates? = fields.optional("state", "bursts, by a chain of four states")
    loss =
      bursts?.loss ?? states?.loss
      ?? .random(Shaping.Chance(share ?? .all, correlation: correlation))
    guard !fields.isDeclaring else { return }
    let models = ["percent", "gemodel", "state"].filter { fields.node($0) != nil }
    if models.count != 1, !fields.hasUnknownKeys {
      fields.note(
        "a loss needs one of percent, gemodel and state", at: models.last ?? "percent",
        cure: "write 'percent: 10%'")
    }
    if fields.node("correlation") != nil, share == nil {
      fields.note("'correlation' goes with 'percent'", at: "correlation")
    }
    fields.noteProblems(of: Shaping(loss: loss))
  }

  /// What the kernel can do by a rule alone needs no device.
  public var treatment: Treatment {
    if case .random(let chance) = loss, chance.correlation.fraction == 0 {
      return chance.share.fraction == 1 ? .drop : .lose(fraction: chance.share.fraction)
    }
    return .shape(ShapedWays(both: Shaping(loss: loss)))
  }

  public var request: String {
    switch loss {
    case .random(let chance): "lose \(chance.share.text) of the packets"
    case .state: "lose packets in bursts (four states)"
    case .gilbertElliott(let p, let r, _, _): "lose packets in bursts (p \(p.text), r \(r.text))"
    }
  }
}

/// The parameters of a loss in bursts, by the names of tc-netem(8).
private struct GilbertElliott: FieldSection {
  let loss: Shaping.Loss

  init(_ fields: inout Fields) {
    loss = .gilbertElliott(
      p: fields.required("p", "the chance that a burst begins with a packet"),
      r: fields.required("r", "the chance that it ends; bursts are 1/r packets long"),
      lossInBad: fields.value(
        "1-h", "how many packets of a burst are lost", default: .all, shown: "100%"),
      lossInGood: fields.value(
        "1-k", "how many are lost outside of bursts", default: .none, shown: "0%"))
  }
}

/// The parameters of the chain of four states, by the names of tc-netem(8).
private struct FourStates: FieldSection {
  let loss: Shaping.Loss

  init(_ fields: inout Fields) {
    func chance(_ name: String, _ summary: String, _ usual: Percentage) -> Percentage {
      fields.value(name, "the chance to go \(summary)", default: usual, shown: usual.text)
    }
    loss = .state(
      p13: fields.required("p13", "the chance that a burst begins with a loss"),
      p31: chance("p31", "from a loss within a burst back to good reception", .all),
      p32: chance("p32", "from a loss within a burst to reception within it", .none),
      p23: chance("p23", "from reception within a burst to a loss", .all),
      p14: chance("p14", "from good reception to a loss by itself", .none))
  }
}
