/// An experiment resolved against real hosts: exactly what a run will do.
public struct Plan: Sendable, Hashable, Codable {
  public var title: String
  /// The SHA-256 of the experiment file and of the values that filled it in.
  public var sourceDigest: String
  public var seed: Int
  public var hosts: [PlannedHost]
  public var phases: [PlannedPhase]
  public var probes: [PlannedProbe]
  public var steps: [PlannedStep]
  public var rollbacks: [PlannedRollback]
  public var stopConditions: [String]
  public var limits: RunLimits
  public var policy: Policy

  /// Makes a plan.
  public init(
    title: String, sourceDigest: String, seed: Int, hosts: [PlannedHost],
    phases: [PlannedPhase], probes: [PlannedProbe], steps: [PlannedStep],
    rollbacks: [PlannedRollback], stopConditions: [String], limits: RunLimits, policy: Policy
  ) {
    self.title = title
    self.sourceDigest = sourceDigest
    self.seed = seed
    self.hosts = hosts
    self.phases = phases
    self.probes = probes
    self.steps = steps
    self.rollbacks = rollbacks
    self.stopConditions = stopConditions
    self.limits = limits
    self.policy = policy
  }

  private enum CodingKeys: String, CodingKey {
    case title, seed, hosts, phases, probes, steps, rollbacks, limits, policy
    case sourceDigest = "source_digest"
    case stopConditions = "stop_conditions"
  }
}

/// A host of a plan, and what its agent said of itself.
public struct PlannedHost: Sendable, Hashable, Codable {
  /// The name in the file; `local` for this machine.
  public var name: String
  /// The command that reaches the agent.
  public var command: [String]
  public var facts: HostFacts

  /// Makes a planned host.
  public init(name: String, command: [String], facts: HostFacts) {
    self.name = name
    self.command = command
    self.facts = facts
  }
}

/// What a machine says of itself.
public struct HostFacts: Sendable, Hashable, Codable {
  public var hostname: String
  public var kernel: String
  public var architecture: String
  public var user: String
  /// The version of the program that answered.
  public var version: String
  /// What of an agent's own protection this host does not permit, as far as reading can tell; nil where
  /// it permits all of it.
  public var note: String?

  /// Makes host facts.
  public init(
    hostname: String, kernel: String, architecture: String, user: String, version: String,
    note: String? = nil
  ) {
    self.hostname = hostname
    self.kernel = kernel
    self.architecture = architecture
    self.user = user
    self.version = version
    self.note = note
  }
}

/// A phase with its expected times, in seconds since the run's start.
public struct PlannedPhase: Sendable, Hashable, Codable {
  public var name: String
  public var start: Double
  /// The longest that it is planned to take.
  public var atMost: Double

  /// Makes a planned phase.
  public init(name: String, start: Double, atMost: Double) {
    self.name = name
    self.start = start
    self.atMost = atMost
  }

  private enum CodingKeys: String, CodingKey {
    case name
    case start = "start_seconds"
    case atMost = "at_most_seconds"
  }
}

/// A probe of a plan: what it asks, how often, and what its samples can show.
public struct PlannedProbe: Sendable, Hashable, Codable {
  public var name: String
  public var kind: String
  public var section: JSON
  public var host: String?
  public var everySeconds: Double
  public var timeoutSeconds: Double
  /// What must hold, in the author's words.
  public var tolerance: [String]
  public var whileFaulted: [String]
  /// What the samples of each window can show, in one line each.
  public var canShow: [String]

  /// Makes a planned probe.
  public init(
    name: String, kind: String, section: JSON, host: String?, every: Duration, timeout: Duration,
    tolerance: [String], whileFaulted: [String], canShow: [String]
  ) {
    self.name = name
    self.kind = kind
    self.section = section
    self.host = host
    everySeconds = every.seconds
    timeoutSeconds = timeout.seconds
    self.tolerance = tolerance
    self.whileFaulted = whileFaulted
    self.canShow = canShow
  }

  private enum CodingKeys: String, CodingKey {
    case name, kind, section, host, tolerance
    case everySeconds = "every_seconds"
    case timeoutSeconds = "timeout_seconds"
    case whileFaulted = "while_faulted"
    case canShow = "can_show"
  }
}

/// A rollback of a plan.
public struct PlannedRollback: Sendable, Hashable, Codable {
  public var name: String
  public var host: String
  public var command: Command

  /// Makes a planned rollback.
  public init(name: String, host: String, command: Command) {
    self.name = name
    self.host = host
    self.command = command
  }
}
