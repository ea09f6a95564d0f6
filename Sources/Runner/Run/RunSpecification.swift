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
