public import Model

/// Another network fault that comes and goes.
public struct NetworkFlap: NetworkFault {
  public static let name = "network.flap"
  public static let summary = "Another network fault, on and off: a flapping link"
  public static let capabilities = PacketCapabilities.delaying + ["cap_net_bind_service"]
  public static let tools = ["nft", "ip", "tc"]
  public static let examples = [
    Example(
      "The link is gone for two seconds of every ten",
      """
      - name: flapping link
        fault: network.flap
        traffic: {to: 10.0.0.0/24}
        with: {down: 2s, up: 8s}
        for: 2m
      """),
    Example(
      "Every half minute packets are lost for ten seconds",
      """
      - name: flapping loss
        fault: network.flap
        traffic: {to: 10.0.0.2}
        with: {fault: network.loss, with: {percent: 30%}, down: 10s, up: 20s}
        for: 5m
      """),
  ]

  let inner: any NetworkFault
  /// Whether no other fault was named: then it is the link that is gone.
  let isOfLink: Bool
  let down: Duration
  let up: Duration

  /// Declares and reads `fault`, `with`, `down` and `up`.
  public init(_ fields: inout Fields) {
    let kind = fields.value(
      "fault", "the network fault that comes and goes", default: Name(NetworkBlackhole.name),
      shown: NetworkBlackhole.name)
    isOfLink = fields.node("fault") == nil
    let parameters = fields.delegated("with", "that fault's parameters", schema: .anything)
    down = Self.span(&fields, "down", "how long it is in force each time")
    up = Self.span(&fields, "up", "how long it is not")
    guard !fields.isDeclaring else {
      inner = NetworkBlackhole(&fields)
      return
    }
    guard kind.text != Self.name,
      let type = fields.catalog.faults[kind.text] as? any NetworkFault.Type
    else {
      inner = NetworkBlackhole(&fields)
      fields.note(
        "'\(kind.text.limited)' is no network fault that could come and go", at: "fault",
        cure: Suggestion.cure(for: kind.text, among: Self.kinds(in: fields.catalog)))
      return
    }
    let fault =
      parameters.map { type.read($0, in: &fields) }
      ?? type.readAbsent(at: fields.mark(of: "with"), in: &fields)
    inner = fault as? any NetworkFault ?? NetworkBlackhole(&fields)
    if let connections = inner as? any ConnectionFault, connections.path.isListening {
      fields.note(Self.unselected.message, at: "with", cure: Self.unselected.cure)
    }
  }

  private static let unselected = Refusal(
    "what is not selected by rules can't come and go", cure: "leave 'listen' and 'upstream' out")

  /// The kernel counts in its own ticks, and it takes a few milliseconds to tell it something.
  private static let least: Duration = .milliseconds(50)

  private static func span(_ fields: inout Fields, _ name: String, _ summary: String) -> Duration {
    let span = fields.required(name, summary, as: PositiveDuration.self).duration
    if !fields.isDeclaring, span < least {
      fields.note(
        "\(span.text) is too short for rules to follow", at: name,
        cure: "write at least \(least.text)")
    }
    return span
  }

  private static func kinds(in catalog: Catalog) -> [String] {
    catalog.faults.filter { $0.value is any NetworkFault.Type && $0.key != name }.keys.sorted()
  }

  /// A link that is gone is so both ways.
  public func usualDirection(of selector: TrafficSelector) -> TrafficDirection {
    isOfLink ? .both : inner.usualDirection(of: selector)
  }

  public func objections(to selector: TrafficSelector) -> [TrafficObjection] {
    inner.objections(to: selector)
  }

  public func separation(
    of hosts: [String], seed: UInt64
  ) throws(Refusal) -> [String: [String]]? {
    try inner.separation(of: hosts, seed: seed)
  }

  public var needsTraffic: Bool { inner.needsTraffic }
  public var shaped: ShapedWays? { inner.shaped }

  public func injection(
    into traffic: Traffic, in setting: NetworkSetting
  ) throws(Refusal) -> Injection {
    var injection = try inner.injection(into: traffic, in: setting)
    guard var rules = injection.rules, !rules.live.isEmpty else {
      throw Self.unselected
    }
    rules.cycle = NetworkRules.Cycle(on: down, off: up)
    injection.effects = [.network(rules)]
    return injection
  }

  public func inspect(_ inspection: NetworkInspection, on host: any Host) -> Evidence {
    var evidence = inner.inspect(inspection, on: host)
    evidence.requested += " for \(down.text), then not for \(up.text), and again"
    return evidence
  }
}
