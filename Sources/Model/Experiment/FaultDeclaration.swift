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
  public var resolution: Resolution

  /// Declares and reads the fields of a fault within its step; nil if the step is none.
  static func read(_ fields: inout Fields) -> FaultDeclaration? {
    let kind: Name? = fields.optional("fault", "the kind of fault")
    let targets: ProcessSelector? = fields.optional("targets", "the processes that it hits")
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
    let section = parameters ?? Node(.map([]), mark: kind.mark)
    switch (type.targeting, targets) {
    case (.processes, nil) where fields.node("targets") == nil:
      fields.note(
        "'\(kind.text)' needs to know which processes it hits", at: kind.mark,
        cure: "add 'targets:' with cmdline, executable, pidfile, port, user or cgroup")
    case (.nothing, .some):
      fields.note("'\(kind.text)' has no targets", at: "targets", cure: "leave them out")
    default: break
    }
    guard let fault = type.read(section, in: &fields) else { return nil }
    return FaultDeclaration(
      kind: kind.text, fault: fault, parameters: section, targets: targets,
      resolution: resolution)
  }
}

extension Fault {
  /// Reads a fault of this type, which only its existential is known of.
  static func read(_ node: Node, in fields: inout Fields) -> (any Fault)? {
    fields.read(node, as: Self.self)
  }
}
