public import Model

/// Another network fault that comes and goes.
public struct NetworkFlap: PacketFault {
  public static let name = "network.flap"
  public static let summary = "Another network fault, on and off: a flapping link"
  public static let capabilities = PacketCapabilities.delaying
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

  let inner: (any PacketFault)?
  let down: Duration
  let up: Duration

  /// Declares and reads `fault`, `with`, `down` and `up`.
  public init(_ fields: inout Fields) {
    let kind = fields.value(
      "fault", "the network fault that comes and goes", default: Name(NetworkBlackhole.name),
      shown: NetworkBlackhole.name)
    let parameters = fields.delegated("with", "that fault's parameters", schema: .anything)
    down =
      fields.required("down", "how long it is in force each time", as: PositiveDuration.self)
      .duration
    up = fields.required("up", "how long it is not", as: PositiveDuration.self).duration
    guard !fields.isDeclaring else {
      inner = nil
      return
    }
    guard kind.text != Self.name,
      let type = fields.catalog.faults[kind.text] as? any PacketFault.Type
    else {
      inner = nil
      fields.note(
        "'\(kind.text.limited)' is no network fault on packets that could come and go", at: "fault",
        cure: Suggestion.cure(for: kind.text, among: Self.kinds(in: fields.catalog)))
      return
    }
    let fault =
      parameters.map { type.read($0, in: &fields) }
      ?? type.readAbsent(at: fields.mark(of: "with"), in: &fields)
    inner = fault as? any PacketFault
  }

  private static func kinds(in catalog: Catalog) -> [String] {
    catalog.faults.filter { $0.value is any PacketFault.Type && $0.key != name }.keys.sorted()
  }

  public static func usualDirection(of selector: TrafficSelector) -> TrafficDirection {
    NetworkPartition.usualDirection(of: selector)
  }

  public var treatment: Treatment { inner?.treatment ?? .drop }
  public var request: String {
    "\(inner?.request ?? "drop every packet") for \(down.text), then not for \(up.text), and again"
  }
  public var cycle: NetworkRules.Cycle? { NetworkRules.Cycle(on: down, off: up) }
}
