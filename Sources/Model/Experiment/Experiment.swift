/// An experiment as its author wrote it: what healthy looks like, what to break, how to put it back.
public struct Experiment: FieldSection {
  public var title: String
  public var description: String?
  public var tags: [String]
  public var owner: String?
  public var hosts: [HostDeclaration]
  public var hypothesis: Hypothesis
  public var method: [Step]
  public var rollbacks: [Rollback]
  public var stopConditions: [StopCondition]
  public var limits: RunLimits
  public var policy: Policy
  /// Decides every random choice of the run, such as which process `pick` takes.
  public var seed: Int

  /// The format that this version reads.
  public static let version = 1

  /// Declares and reads the whole file.
  public init(_ fields: inout Fields) {
    let version: Int = fields.required("version", "format of this file; 1")
    if version != Self.version {
      fields.note(
        "version \(version) of the file format is not known", at: "version",
        cure: "write 'version: 1'")
    }
    title = fields.required("title", "what should survive what, in one line")
    description = fields.optional("description", "why, for a reader of the report")
    tags = fields.value("tags", "words to sort by", default: [], shown: "[]")
    owner = fields.optional("owner", "who answers for this experiment")
    // Read before everything else, because the rest of the file refers to them.
    _ = fields.delegated(
      "configuration", "values that ${name} stands for", schema: .reference("configuration"))
    _ = fields.delegated(
      "secrets", "values that are never shown, from the environment or a file",
      schema: .reference("secrets"))
    let hostSections: [String: HostDeclaration] = fields.value(
      "hosts", "machines besides this one, and how to reach them", default: [:], shown: "{}")
    hosts = hostSections.sorted { $0.key < $1.key }.map { $0.value.named($0.key) }
    hypothesis = fields.required("steady-state-hypothesis", "what healthy looks like")
    method = fields.required("method", "the steps, in order; [] only observes")
    rollbacks = fields.value(
      "rollbacks", "actions for the end, whatever happened", default: [], shown: "[]")
    stopConditions = fields.value(
      "stop-conditions", "what ends the run at once", default: [], shown: "[]")
    limits = fields.value(
      "limits", "how long and how much at most", default: RunLimits(), shown: "{duration: 1h}")
    policy = fields.value("policy", "what is refused", default: Policy(), shown: "{}")
    seed = fields.value("seed", "decides random choices", default: 1, shown: "1")
    checkReferences(&fields)
  }

  /// Reads an experiment, with every problem of the whole file; nil if there is one.
  public static func read(_ node: Node, in reading: inout Reading) -> Experiment? {
    let before = reading.problems.count
    reading.keepsFaultySections = true
    let experiment = readSection(node, in: &reading)
    reading.keepsFaultySections = false
    return reading.problems.count == before ? experiment : nil
  }
}

/// How much a run may do at most.
public struct RunLimits: FieldSection, Hashable, Codable {
  /// The whole run, from its baseline to its end; nil means the default of one hour.
  public var duration: Duration
  /// Hosts and processes that may be hit, counted together; nil means no ceiling.
  public var targets: Int?

  /// The limits of an experiment that names none.
  public init() {
    duration = .seconds(3600)
  }

  /// Declares and reads the limits.
  public init(_ fields: inout Fields) {
    duration =
      fields.value(
        "duration", "the longest the run may take", default: PositiveDuration(.seconds(3600)),
        shown: "1h"
      ).duration
    targets = fields.optional("targets", "the most hosts and processes that may be hit")
    if let targets, targets < 1 {
      fields.note("a ceiling of \(targets) targets allows nothing", at: "targets")
    }
  }
}

/// What the author wants refused, or explicitly allowed.
public struct Policy: FieldSection, Hashable, Codable {
  /// The weakest class of undo that is accepted; nil accepts every class.
  public var requireUndo: UndoClass?
  /// Executables that are protected by default and may be targets all the same.
  public var allowProtected: [String]

  /// The policy of an experiment that names none.
  public init() {
    requireUndo = nil
    allowProtected = []
  }

  /// Declares and reads the policy.
  public init(_ fields: inout Fields) {
    requireUndo = fields.optional(
      "require-undo", "refuse faults whose undo is weaker: kernel, or guardian")
    allowProtected = fields.value(
      "allow-protected", "names of protected executables that may be hit all the same",
      default: [], shown: "[]")
    if requireUndo == UndoClass.none {
      fields.note(
        "'none' requires nothing", at: "require-undo", cure: "write kernel or guardian")
    }
  }
}
