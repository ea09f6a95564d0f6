/// Everything about one run; every report is a rendering of it.
public struct Record: Sendable, Hashable, Codable {
  /// How a run came to its end.
  public enum Ending: String, Sendable, Codable {
    case completed
    /// A stop condition fired, data was missing for too long, or the run's limit passed.
    case stopped
    /// A guard refused, or the baseline did not hold; nothing was broken.
    case refused
    case interrupted
    case error
  }

  public var version = 1
  public var runID: String
  public var title: String
  public var verdict: Verdict
  public var ended: Ending
  /// Why the run ended as it did and why its verdict is not a pass; in order of weight.
  public var reasons: [String]
  /// Whether everything that was done is proved undone.
  public var clean: Bool
  public var exitCode: Int
  public var planDigest: String
  /// RFC 3339 in UTC.
  public var started: String
  public var durationSeconds: Double
  /// From the last undo until the steady state held again; nil where it did not, or need not, and
  /// where not everything is proved undone.
  public var recoverySeconds: Double?
  public var experiment: ExperimentSource
  public var tool: ToolFacts
  /// The machine that the runner and its probes ran on.
  public var runner: HostFacts?
  public var hosts: [PlannedHost]
  public var plan: Plan
  public var phases: [PhaseRecord]
  public var checks: [Check]
  public var faults: [FaultRecord]
  public var actions: [ActionRecord]
  /// What is left behind, with the exact commands to clear it.
  public var residue: [Residue]
  /// For each host that was touched: whether it is as it was before.
  public var certificates: [HostCertificate]
  public var events: [EventRecord]
  public var probes: [ProbeRecord]

  private enum CodingKeys: String, CodingKey {
    case version, title, verdict, ended, reasons, clean, started, experiment, tool, runner, hosts
    case plan
    case phases, checks, faults, actions, residue, certificates, events, probes
    case runID = "run_id"
    case exitCode = "exit_code"
    case planDigest = "plan_digest"
    case durationSeconds = "duration_seconds"
    case recoverySeconds = "recovery_seconds"
  }

  /// Makes a record of a run that has only begun; the runner fills it in.
  public init(
    runID: String, started: String, experiment: ExperimentSource, tool: ToolFacts, plan: Plan,
    planDigest: String
  ) {
    self.runID = runID
    self.started = started
    self.experiment = experiment
    self.tool = tool
    self.plan = plan
    self.planDigest = planDigest
    title = plan.title
    hosts = plan.hosts
    verdict = .inconclusive
    ended = .error
    reasons = []
    clean = false
    exitCode = 3
    durationSeconds = 0
    phases = []
    checks = []
    faults = []
    actions = []
    residue = []
    certificates = []
    events = []
    probes = []
  }
}

/// The file that a run was made from.
public struct ExperimentSource: Sendable, Hashable, Codable {
  public var file: String
  public var digest: String
  public var description: String?
  public var tags: [String]
  public var owner: String?
  /// The configuration that filled it in; secrets are not part of it.
  public var configuration: [String: String]
  public var secretNames: [String]

  /// Makes a source.
  public init(
    file: String, digest: String, description: String?, tags: [String], owner: String?,
    configuration: [String: String], secretNames: [String]
  ) {
    self.file = file
    self.digest = digest
    self.description = description
    self.tags = tags
    self.owner = owner
    self.configuration = configuration
    self.secretNames = secretNames
  }

  private enum CodingKeys: String, CodingKey {
    case file, digest, description, tags, owner, configuration
    case secretNames = "secret_names"
  }
}

/// The program that made a record.
public struct ToolFacts: Sendable, Hashable, Codable {
  public var name: String
  public var version: String

  /// Makes tool facts.
  public init(name: String = "jenner", version: String) {
    self.name = name
    self.version = version
  }
}

/// A phase as it happened.
public struct PhaseRecord: Sendable, Hashable, Codable {
  public var name: String
  /// In seconds since the run began.
  public var window: Window

  /// Makes a phase.
  public init(name: String, window: Window) {
    self.name = name
    self.window = window
  }
}

/// Something that happened, for the timeline.
public struct EventRecord: Sendable, Hashable, Codable {
  /// In seconds since the run began.
  public var at: Double
  /// A word for machines, such as `fault.injected`.
  public var kind: String
  /// A sentence for people; output of targets in it is escaped and limited.
  public var text: String
  public var step: String?
  public var host: String?

  /// Makes an event.
  public init(at: Double, kind: String, text: String, step: String? = nil, host: String? = nil) {
    self.at = at
    self.kind = kind
    self.text = text
    self.step = step
    self.host = host
  }
}

/// Something that is left behind.
public struct Residue: Sendable, Hashable, Codable {
  public var host: String
  public var what: String
  /// The exact command that clears it.
  public var command: String

  /// Makes a residue.
  public init(host: String, what: String, command: String) {
    self.host = host
    self.what = what
    self.command = command
  }
}

extension KeyedDecodingContainer {
  /// Certificates are absent from records of earlier versions.
  func decode(_ type: [HostCertificate].Type, forKey key: Key) throws -> [HostCertificate] {
    try decodeIfPresent(type, forKey: key) ?? []
  }
}
