/// A command that the author gives: argv, never a shell unless the author writes one.
public struct Action: Sendable, Hashable {
  public var command: Command
  /// Environment and standard input, in which secrets may stand.
  public var secretEnvironment: [String: SecretText]
  public var secretInput: SecretText?

  /// The time an action may take unless it says otherwise.
  public static let defaultTimeout: Duration = .seconds(60)

  /// Declares and reads `run`, `env`, `stdin`, `timeout` and `capabilities` of a step; nil if the
  /// step runs nothing.
  static func readInStep(_ fields: inout Fields) -> Action? {
    let argv: Arguments? = fields.optional("run", "command and arguments; no shell is involved")
    let environment: [String: SecretText] = fields.value(
      "env", "environment of the command; secrets may stand here", default: [:], shown: "{}")
    let input: SecretText? = fields.optional(
      "stdin", "standard input of the command; secrets may stand here")
    let timeout = fields.optional(
      "timeout", "how long the command may take; default 1m", as: PositiveDuration.self)
    let capabilities: [String] = fields.value(
      "capabilities", "capabilities the command keeps; default none", default: [], shown: "[]")
    guard let argv else {
      let companions = ["env", "stdin", "timeout", "capabilities"]
      for name in companions where fields.node("run") == nil && fields.node(name) != nil {
        fields.note("'\(name)' goes with 'run'", at: name, cure: "leave it out")
      }
      return nil
    }
    return Action(
      command: Command(
        argv: argv.all, timeout: timeout?.duration ?? defaultTimeout, capabilities: capabilities),
      secretEnvironment: environment, secretInput: input)
  }

  /// The command with its secrets in place; nil if one of them is unknown.
  public func revealed(with secrets: [String: String]) -> Command? {
    var command = command
    for (name, text) in secretEnvironment {
      guard let value = text.revealed(with: secrets) else { return nil }
      command.environment[name] = value
    }
    if let secretInput {
      guard let value = secretInput.revealed(with: secrets) else { return nil }
      command.input = value
    }
    return command
  }
}

/// An action that is kept in the ledger until it has run: an `undo`, or a rollback's `run`.
///
/// It is written `[systemctl, start, shop]`, or as a section when it needs more. No secret may stand
/// in it, because the ledger outlives the run.
extension Action: FieldValue {
  public static var schema: Schema {
    .any(of: [Arguments.schema, Kept.schema])
  }
  public static var placeholder: Action {
    Action(command: Command(argv: []), secretEnvironment: [:], secretInput: nil)
  }

  public static func read(_ node: Node, in reading: inout Reading) -> Action? {
    if case .list = node.content {
      return Arguments.read(node, in: &reading).map {
        Action(
          command: Command(argv: $0.all, timeout: defaultTimeout), secretEnvironment: [:],
          secretInput: nil)
      }
    }
    return Kept.read(node, in: &reading)?.action
  }

  /// The long form of an action without secrets.
  struct Kept: FieldSection {
    var action: Action

    init(_ fields: inout Fields) {
      let argv: Arguments = fields.required("run", "command and arguments; no shell is involved")
      let environment: [String: String] = fields.value(
        "env", "environment of the command; no secrets, since the ledger keeps it", default: [:],
        shown: "{}")
      let input: String? = fields.optional("stdin", "standard input of the command; no secrets")
      let timeout = fields.optional(
        "timeout", "how long it may take; default 1m", as: PositiveDuration.self)
      let capabilities: [String] = fields.value(
        "capabilities", "capabilities the command keeps; default none", default: [], shown: "[]")
      var command = Command(
        argv: argv.all, timeout: timeout?.duration ?? defaultTimeout, capabilities: capabilities)
      command.environment = environment
      command.input = input
      action = Action(command: command, secretEnvironment: [:], secretInput: nil)
    }
  }
}

/// An argument vector: at least the program.
public struct Arguments: FieldValue {
  public var all: [String]

  public static var schema: Schema { .list(.string()) }
  public static var placeholder: Arguments { Arguments(all: []) }

  public static func read(_ node: Node, in reading: inout Reading) -> Arguments? {
    guard case .list(let nodes) = node.content else {
      reading.note(
        "expected a list of command and arguments, not \(node.kind)", at: node.mark,
        cure: "write [program, argument, …]; no shell splits words here")
      return nil
    }
    var all: [String] = []
    for (index, part) in nodes.enumerated() {
      guard
        let text = Scalar.text(of: part, expecting: "an argument", in: &reading, isText: false)
      else { return nil }
      if index == 0, text.isEmpty {
        reading.note("the program's name is empty", at: part.mark)
        return nil
      }
      if text.unicodeScalars.contains("\0") {
        reading.note("an argument can't hold a NUL character", at: part.mark)
        return nil
      }
      all.append(text)
    }
    guard !all.isEmpty else {
      reading.note("an empty command", at: node.mark, cure: "name a program")
      return nil
    }
    return Arguments(all: all)
  }
}

/// An action for the end of the run, whatever happened.
public struct Rollback: FieldSection, Hashable {
  public var name: String
  public var action: Action
  public var host: Name?
  public var mark: Mark?

  /// Declares and reads a rollback.
  public init(_ fields: inout Fields) {
    mark = fields.mark
    let name: String? = fields.optional("name", "what the report calls it")
    host = fields.optional("host", "the host it runs on; without it, this machine")
    action = Action.Kept(&fields).action
    self.name = name ?? action.command.argv.first.map { "run \($0)" } ?? "run"
  }
}

/// A step that only lets time pass.
public struct Wait: FieldValue, Hashable {
  /// The time to wait, or the most to wait for a probe.
  public var duration: Duration
  /// What ends the wait early.
  public var until: ProbeCondition?

  /// Makes a wait.
  public init(duration: Duration, until: ProbeCondition? = nil) {
    self.duration = duration
    self.until = until
  }

  public static var schema: Schema { .any(of: [Duration.schema, UntilProbe.schema]) }
  public static var placeholder: Wait { Wait(duration: .seconds(1)) }

  public static func read(_ node: Node, in reading: inout Reading) -> Wait? {
    if case .scalar = node.content {
      return PositiveDuration.read(node, in: &reading).map { Wait(duration: $0.duration) }
    }
    return UntilProbe.read(node, in: &reading).map {
      Wait(duration: $0.most, until: $0.condition)
    }
  }

  struct UntilProbe: FieldSection {
    var condition: ProbeCondition
    var most: Duration

    init(_ fields: inout Fields) {
      condition = fields.required("until", "what a probe must show", as: Condition.self).condition
      most =
        fields.required("at-most", "how long to wait for it", as: PositiveDuration.self).duration
    }
  }

  struct Condition: FieldSection {
    var condition: ProbeCondition

    init(_ fields: inout Fields) {
      let probe: Name = fields.required("probe", "the probe that must show it")
      condition = ProbeCondition(
        probe: probe, limits: MetricLimit.readAll(&fields, use: .tolerance))
    }
  }
}
