/// A step of a plan: exactly what it will touch, how, and how that is put back.
public struct PlannedStep: Sendable, Hashable, Codable {
  /// What kind of step it is.
  public enum Kind: String, Sendable, Codable {
    case fault
    case run
    case wait
  }

  /// The step's number in the method, counted from zero with groups flattened.
  public var index: Int
  /// Steps of one number begin together.
  public var group: Int
  public var name: String
  public var kind: Kind
  public var hosts: [String]
  public var afterSeconds: Double
  /// Nil: until the method ends.
  public var forSeconds: Double?
  /// The deadline after which the agent undoes it without being told, in seconds.
  public var deadlineSeconds: Double
  public var fault: PlannedFault?
  /// The command of an action; secrets in its environment are names.
  public var command: Command?
  /// The author's own undo.
  public var undo: Command?
  /// What is awaited, in words.
  public var wait: String?
  public var expectations: [String]

  /// Makes a planned step.
  public init(
    index: Int, group: Int, name: String, kind: Kind, hosts: [String], afterSeconds: Double,
    forSeconds: Double?, deadlineSeconds: Double
  ) {
    self.index = index
    self.group = group
    self.name = name
    self.kind = kind
    self.hosts = hosts
    self.afterSeconds = afterSeconds
    self.forSeconds = forSeconds
    self.deadlineSeconds = deadlineSeconds
    expectations = []
  }

  private enum CodingKeys: String, CodingKey {
    case index, group, name, kind, hosts, fault, command, undo, wait, expectations
    case afterSeconds = "after_seconds"
    case forSeconds = "for_seconds"
    case deadlineSeconds = "deadline_seconds"
  }
}

/// A fault of a plan, on every host that it hits.
public struct PlannedFault: Sendable, Hashable, Codable {
  public var kind: String
  public var parameters: JSON
  public var selector: ProcessSelector?
  /// The traffic that it hits, in words.
  public var traffic: String?
  public var resolution: FaultDeclaration.Resolution
  /// The weakest on any host; nil where it is not known before the targets are chosen.
  public var undoClass: UndoClass?
  public var capabilities: [String]
  public var tools: [String]
  public var injections: [PlannedInjection]

  /// Makes a planned fault.
  public init(
    kind: String, parameters: JSON, selector: ProcessSelector?,
    traffic: String? = nil, resolution: FaultDeclaration.Resolution, undoClass: UndoClass?,
    capabilities: [String],
    tools: [String], injections: [PlannedInjection]
  ) {
    self.kind = kind
    self.parameters = parameters
    self.selector = selector
    self.traffic = traffic
    self.resolution = resolution
    self.undoClass = undoClass
    self.capabilities = capabilities
    self.tools = tools
    self.injections = injections
  }

  private enum CodingKeys: String, CodingKey {
    case kind, parameters, selector, traffic, resolution, capabilities, tools, injections
    case undoClass = "undo_class"
  }
}

/// What a fault does on one host.
public struct PlannedInjection: Sendable, Hashable, Codable {
  public var host: String
  public var targets: [PlannedTarget]
  public var injection: Injection

  /// Makes a planned injection.
  public init(host: String, targets: [PlannedTarget], injection: Injection) {
    self.host = host
    self.targets = targets
    self.injection = injection
  }
}

/// A process that a fault will hit, as a person recognises it.
public struct PlannedTarget: Sendable, Hashable, Codable {
  public var process: ProcessIdentity
  public var executable: String?
  public var commandLine: [String]
  public var user: String

  /// Makes a target from what /proc says.
  public init(_ facts: ProcessFacts) {
    process = facts.identity
    executable = facts.executable
    commandLine = facts.commandLine
    user = facts.userName ?? String(facts.userID)
  }

  private enum CodingKeys: String, CodingKey {
    case process, executable, user
    case commandLine = "command_line"
  }
}
