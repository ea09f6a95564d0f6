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
  /// The sections of probes that observe from a host, with their secrets in place; likewise.
  public var watches: [Int: JSON]
  /// What is replaced in everything that targets say.
  public var redaction: Redaction
  /// Whether everything is done but the effects.
  public var isDryRun: Bool

  /// Makes a specification.
  public init(
    runID: String, started: String, experiment: Experiment, plan: Plan, planDigest: String,
    source: ExperimentSource, tool: ToolFacts, runner: HostFacts? = nil, commands: [Int: Command],
    watches: [Int: JSON] = [:], redaction: Redaction, isDryRun: Bool = false
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
    self.watches = watches
    self.redaction = redaction
    self.isDryRun = isDryRun
  }

  /// After this time an agent undoes and ends the run, and its guardian if the agent does not: nothing
  /// of a run can be pending for ever.
  ///
  /// The run's own limit comes first, with the time that undoing takes then.
  public var agentLimit: Duration {
    let undos = plan.steps.compactMap(\.undo?.timeout)
    let rollbacks = plan.rollbacks.map(\.command.timeout)
    return (undos + rollbacks).reduce(experiment.limits.duration + Self.agentMargin, +)
  }

  /// What connections, reading back and closing take beyond the commands.
  private static let agentMargin: Duration = .seconds(30)

  /// What the run is called in the ledger of a host.
  ///
  /// Two hosts of a file may be one machine, seen from two namespaces, with one state directory; so
  /// each has a ledger of its own.
  public func ledgerName(for host: String) -> String {
    guard plan.hosts.count > 1, let index = plan.hosts.firstIndex(where: { $0.name == host })
    else { return runID }
    return "\(runID)-\(index + 1)"
  }
}
