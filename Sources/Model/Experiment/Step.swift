/// One entry of the method.
public struct Step: FieldSection {
  /// What the step does.
  public enum Content: Sendable {
    case fault(FaultDeclaration)
    case action(Action)
    case wait(Wait)
    case together([Step])
  }

  public var name: String
  public var content: Content
  /// The hosts that it acts on; empty means this machine.
  public var hosts: [Name]
  /// How long after its turn, or after the group's start, it begins.
  public var after: Duration
  /// How long a fault stays in force, or an action's effect is observed; nil: until the method ends.
  public var lasts: Duration?
  /// The author's own undo, for a fault that has none or for an action.
  public var undo: Action?
  public var expectations: [Expectation]
  public var mark: Mark?

  public static var schema: Schema { .reference("step") }

  /// The keys of which a step has exactly one.
  public static let contents = ["fault", "run", "wait", "together"]

  /// Declares and reads a step.
  public init(_ fields: inout Fields) {
    mark = fields.mark
    let name: String? = fields.optional("name", "what the report calls it")
    hosts =
      fields.optional(
        "host", "the host or hosts it acts on; without it, this machine", as: Names.self)?
      .all ?? []
    after = fields.value(
      "after", "how long to wait before it, from its turn or the group's start", default: .zero,
      shown: "0s")
    lasts =
      fields.optional(
        "for", "how long it is in force and observed; without it, until the method ends",
        as: PositiveDuration.self)?.duration
    undo = fields.optional("undo", "command that puts it back")
    expectations = fields.value(
      "expect", "what must come true after it", default: [], shown: "[]")
    content = Self.readContent(&fields)
    self.name = name ?? Self.defaultName(of: content)
    checkHosts(&fields)
    checkCombination(&fields)
  }

  private func checkHosts(_ fields: inout Fields) {
    for (index, host) in hosts.enumerated()
    where hosts[..<index].contains(where: { $0.text == host.text }) {
      fields.note("'\(host.text)' is listed twice", at: host.mark, cure: "list each host once")
    }
  }

  private static func readContent(_ fields: inout Fields) -> Content {
    let fault = FaultDeclaration.read(&fields)
    let action = Action.readInStep(&fields)
    let wait: Wait? = fields.optional("wait", "a time, or until a probe shows something")
    let group: [Step]? = fields.optional("together", "steps that begin at the same time")
    let written = contents.filter { fields.node($0) != nil }
    if written.isEmpty, !fields.isDeclaring {
      // A key that is only misspelt is noted as such.
      if !fields.hasUnknownKeys {
        fields.note("a step needs one of " + contents.joined(separator: ", "))
      }
    } else if written.count > 1 {
      fields.note(
        "a step does one thing, not both '\(written[0])' and '\(written[1])'", at: written[1],
        cure: "make two steps")
    }
    if let fault { return .fault(fault) }
    if let action { return .action(action) }
    if let group { return .together(group) }
    return .wait(wait ?? Wait(duration: .zero))
  }

  private static func defaultName(of content: Content) -> String {
    switch content {
    case .fault(let fault): fault.kind
    case .action(let action): action.command.argv.first.map { "run \($0)" } ?? "run"
    case .wait: "wait"
    case .together: "together"
    }
  }

  private func checkCombination(_ fields: inout Fields) {
    guard !fields.isDeclaring else { return }
    // What was written counts, not what could be read of it: a fault of an unknown kind is no wait.
    switch Self.contents.first(where: { fields.node($0) != nil }) {
    case "run":
      refuse(["targets", "traffic", "with", "resolve"], beside: "run", &fields)
      if hosts.count > 1 {
        fields.note("an action runs on one host", at: "host", cure: "make a step for each host")
      }
    case "wait":
      refuse(
        ["host", "for", "undo", "expect", "targets", "traffic", "with", "resolve"], beside: "wait",
        &fields)
    case "together":
      refuse(
        ["host", "for", "undo", "expect", "targets", "traffic", "with", "resolve"],
        beside: "together",
        &fields)
      guard case .together(let steps) = content else { return }
      if case .list(let written)? = fields.node("together")?.content, written.isEmpty {
        fields.note("'together' of nothing", at: "together", cure: "leave it out")
      }
      for step in steps {
        if case .together = step.content {
          fields.note("'together' inside 'together'", at: step.mark, cure: "use 'after' instead")
        }
      }
    default: break
    }
  }

  private func refuse(_ names: [String], beside kind: String, _ fields: inout Fields) {
    for name in names where fields.node(name) != nil {
      fields.note("'\(name)' does not go with '\(kind)'", at: name, cure: "leave it out")
    }
  }
}

extension Step {
  /// The step itself, or the steps of its group.
  public var flattened: [Step] {
    if case .together(let steps) = content { return steps }
    return [self]
  }

  /// The fault, if it is one.
  public var fault: FaultDeclaration? {
    if case .fault(let fault) = content { return fault }
    return nil
  }

  /// The action, if it is one.
  public var action: Action? {
    if case .action(let action) = content { return action }
    return nil
  }

  /// The wait, if it is one.
  public var wait: Wait? {
    if case .wait(let wait) = content { return wait }
    return nil
  }
}
