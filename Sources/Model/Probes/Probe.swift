/// A kind of probe: one way to observe.
///
/// A probe is one file. The runner owns the schedule and the tolerance; the probe owns one observation and its timeout.
public protocol Probe: FieldSection {
  /// The kind, such as `http`; also the key of its section.
  static var name: String { get }
  /// What it observes, in one line.
  static var summary: String { get }
  /// Entries of `probes` that show its use; they are its documentation and its tests.
  static var examples: [Example] { get }

  /// The longest that one observation may take.
  var timeout: Duration { get }

  /// Whether its samples carry a value besides success and latency.
  var value: ValueKind { get }

  /// Makes what observes: it may keep connections between observations.
  func observer(using instruments: Instruments) -> any Observer
}

/// Whether samples of a probe carry a value.
public enum ValueKind: String, Sendable {
  case none
  case sometimes
  case always
}

/// What makes one observation after the other; several may be in flight at once.
public protocol Observer: Sendable {
  /// Observes once; returns within the probe's timeout, to a millisecond or two.
  func observe() async -> Observation
}

/// What a probe may use of the program that it runs in.
public struct Instruments: Sendable {
  /// Runs a command and waits for its end; never blocks a thread of the caller.
  public var run: @Sendable (Command) async -> CommandResult
  /// The values of the experiment's secrets.
  public var secrets: [String: String]
  /// Makes the TLS end of an HTTPS connection, a NIO channel handler; nil in the agent, which links
  /// no TLS.
  public var secureTransport: (any SecureTransport)?

  /// Makes the instruments.
  public init(
    run: @escaping @Sendable (Command) async -> CommandResult, secrets: [String: String] = [:],
    secureTransport: (any SecureTransport)? = nil
  ) {
    self.run = run
    self.secrets = secrets
    self.secureTransport = secureTransport
  }
}

/// Names what can secure a connection; the module Probes refines it with NIO's types.
public protocol SecureTransport: Sendable {}

/// What one observation saw.
public struct Observation: Sendable, Hashable, Codable {
  /// What an observation came to.
  public enum Outcome: String, Sendable, Codable {
    /// The system answered as expected.
    case success
    /// The system answered wrongly or not at all.
    case failure
    /// Nothing can be said of the system; never counted as healthy or ill.
    case noData = "no_data"
  }

  public var outcome: Outcome
  /// Why it failed or has no data; of limited length and on one line.
  public var reason: String?
  /// The number that was observed, where the probe has one.
  public var value: Double?
  /// From the start of the observation to its end, in seconds.
  public var latency: Double
  /// Parts of the latency in seconds, such as `connect`, `tls`, `first_byte`.
  public var timings: [String: Double]

  /// Makes an observation.
  public init(
    outcome: Outcome, reason: String? = nil, value: Double? = nil, latency: Double = 0,
    timings: [String: Double] = [:]
  ) {
    self.outcome = outcome
    self.reason = reason?.limited
    self.value = value
    self.latency = latency
    self.timings = timings
  }

  /// An observation that says nothing of the system.
  public static func noData(_ reason: String, latency: Double = 0) -> Observation {
    Observation(outcome: .noData, reason: reason, latency: latency)
  }

  /// An observation of a system that answered wrongly or not at all.
  public static func failure(_ reason: String, latency: Double = 0) -> Observation {
    Observation(outcome: .failure, reason: reason, latency: latency)
  }
}
