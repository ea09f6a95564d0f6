/// A fault as a step names it: its kind, its parameters and what it hits.
public struct FaultDeclaration: Sendable {
  /// When targets are chosen.
  public enum Resolution: String, FieldChoice, Codable {
    /// Pinned in the plan; one that is gone when its step comes is not in force.
    case plan
    /// Chosen when the step comes; the plan shows selector, ceiling and today's matches.
    case step

    public static var placeholder: Resolution { .plan }
  }

  /// The kind, such as `process.pause`.
  public var kind: String
  public var fault: any Fault
  /// The parameters as written.
  public var parameters: Node
  /// What it hits, if it hits processes.
  public var targets: ProcessSelector?
  /// Which packets it hits, if it hits traffic, and the section as written.
  public var traffic: TrafficSelector?
  public var trafficSection: Node?
  public var resolution: Resolution

  /// Declares and reads the fields of a fault within its step; nil if the step is none.
  static func read(_ fields: inout Fields) -> FaultDeclaration? {
    let kind: Name? = fields.optional("fault", "the kind of fault")
    let targets: ProcessSelector? = fields.optional("targets", "the processes that it hits")
    let traffic: TrafficSelector? = fields.optional("traffic", "the packets that it hits")
    let parameters = fields.delegated("with", "the fault's parameters", schema: .anything)
    let resolution: Resolution = fields.value(
      "resolve", "when targets are chosen: with the plan, or when the step comes", default: .plan,
      shown: "plan")
    guard let kind, !fields.isDeclaring else { return nil }
    let known = fields.catalog.faults.keys.sorted()
    guard let type = fields.catalog.faults[kind.text] else {
      fields.note(
        "unknown fault '\(kind.text.limited)'", at: kind.mark,
        cure: Suggestion.cure(for: kind.text, among: known))
      return nil
    }
    parameters?.secretMarks.forEach { fields.refuseSecret(at: $0) }
    switch (type.targeting, targets) {
    case (.processes, nil) where fields.node("targets") == nil:
      fields.note(
        "'\(kind.text)' needs to know which processes it hits", at: kind.mark,
        cure: "add 'targets:' with cmdline, executable, pidfile, port, user or cgroup")
    case (.nothing, .some), (.traffic, .some):
      fields.note(
        "'\(kind.text)' hits \(type.targeting == .traffic ? "traffic, not processes" : "nothing")",
        at: "targets",
        cure: type.targeting == .traffic ? "write 'traffic:' instead" : "leave them out")
    default: break
    }
    if type.targeting != .traffic, fields.node("traffic") != nil {
      fields.note(
        "'\(kind.text)' does not hit traffic", at: "traffic",
        cure: type.targeting == .processes ? "write 'targets:' instead" : "leave it out")
    }
    let section = parameters ?? Node(.map([]), mark: kind.mark)
    let fault =
      parameters == nil
      ? type.readAbsent(at: kind.mark, in: &fields) : type.read(section, in: &fields)
    guard let fault else { return nil }
    if let network = fault as? any NetworkFault, network.needsTraffic,
      fields.node("traffic") == nil
    {
      fields.note(
        "'\(kind.text)' needs to know which traffic it hits", at: kind.mark,
        cure: "add 'traffic:' with to, from, port, user, interface, ...")
    }
    if let network = fault as? any NetworkFault, let traffic {
      note(network.objections(to: traffic), in: &fields)
    }
    return FaultDeclaration(
      kind: kind.text, fault: fault, parameters: section, targets: targets, traffic: traffic,
      trafficSection: fields.node("traffic"), resolution: resolution)
  }

  /// Notes what of the traffic a fault can make nothing of.
  private static func note(_ objections: [TrafficObjection], in fields: inout Fields) {
    let section = fields.node("traffic")
    for objection in objections {
      let field = objection.field.flatMap { section?[$0] }
      fields.note(objection.message, at: field?.mark ?? section?.mark, cure: objection.cure)
    }
  }
}

extension Fault {
  /// Reads a fault of this type, which only its existential is known of.
  public static func read(_ node: Node, in fields: inout Fields) -> (any Fault)? {
    fields.read(node, as: Self.self)
  }

  /// Reads a fault of this type whose step has no `with`.
  public static func readAbsent(at mark: Mark?, in fields: inout Fields) -> (any Fault)? {
    fields.readAbsent("with", as: Self.self, at: mark)
  }
}

extension Node {
  /// Where secrets stand in the node and under it.
  fileprivate var secretMarks: [Mark?] {
    switch content {
    case .scalar(let scalar): scalar.text == nil ? [mark] : []
    case .list(let elements): elements.flatMap(\.secretMarks)
    case .map(let pairs): pairs.flatMap(\.value.secretMarks)
    }
  }
}
