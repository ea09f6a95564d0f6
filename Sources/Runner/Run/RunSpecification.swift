public import Model

/// Everything a run needs to know before it starts; a value, so that a run can be simulated.
public struct RunSpecification: Sendable {
  public var runID: String
  /// When the run starts, in RFC 3339 and UTC.
  public var started: String
  public var experiment: Experiment
  public var plan: Plan
  public var planDigest: String
  public var source: ExperimentSource
  public var tool: ToolFacts
  /// The machine that the runner and its probes run on.
  public var runner: HostFacts?
  /// The commands of actions by step, with their secrets in place; they leave only to agents.
  public var commands: [Int: Command]
  /// What is replaced in everything that targets say.
  public var redaction: Redaction
  /// Whether everything is done but the effects.
  public var isDryRun: Bool

  /// Makes a specification.
  public init(
    runID: String, started: String, experiment: Experiment, plan: Plan, planDigest: String,
    source: ExperimentSource, tool: ToolFacts, runner: HostFacts? = nil, commands: [Int: Command],
    redaction: Redaction,
    isDryRun: Bool = false
  ) {
    self.runID = runID
    self.started = started
    self.experiment = experiment
    self.plan = plan
    self.planDigest = planDigest
    self.source = source
    self.tool = tool
    self.runner = runner
    self.commands = commands
    self.redaction = redaction
    self.isDryRun = isDryRun
  }
}

/// Replaces the values of secrets by their names in text that comes from outside.
public struct Redaction: Sendable, Hashable {
  private let replacements: [(value: String, name: String)]

  /// Secrets shorter than this can't be told from ordinary text and are still replaced as a whole
  /// word of output would be: every occurrence.
  public init(secrets: [String: String]) {
    replacements = secrets.filter { !$0.value.isEmpty }
      .map { ($0.value, $0.key) }
      // A secret that contains another one has to go first, or its rest would stay.
      .sorted { ($0.value.count, $0.name) > ($1.value.count, $1.name) }
  }

  /// The text without any secret's value.
  public func apply(to text: String) -> String {
    replacements.reduce(text) { text, replacement in
      text.split(separator: replacement.value, omittingEmptySubsequences: false)
        .joined(separator: "${\(replacement.name)}")
    }
  }

  /// The observation without any secret's value.
  public func apply(to observation: Observation) -> Observation {
    guard !replacements.isEmpty, let reason = observation.reason else { return observation }
    var observation = observation
    observation.reason = apply(to: reason)
    return observation
  }

  public static func == (left: Redaction, right: Redaction) -> Bool {
    left.replacements.map(\.value) == right.replacements.map(\.value)
  }

  public func hash(into hasher: inout Hasher) {
    for replacement in replacements { hasher.combine(replacement.name) }
  }
}
