/// A kind of fault that hits traffic.
public protocol NetworkFault: Fault {
  /// The direction that is meant where the author names none, and no owner; the selector says from where.
  func usualDirection(of selector: TrafficSelector) -> TrafficDirection

  /// What of a selector the fault can make nothing of.
  func objections(to selector: TrafficSelector) -> [TrafficObjection]

  /// What the fault will do to this traffic, and how it is put back.
  ///
  /// - Parameter setting: what else is planned on the host, and what the host can do.
  func injection(
    into traffic: Traffic, in setting: NetworkSetting
  ) throws(Refusal) -> Injection

  /// Whether the step must say which traffic is meant.
  var needsTraffic: Bool { get }

  /// What it makes of packets on their way; nil if it does not shape them.
  var shaped: ShapedWays? { get }

  /// Whether the effects have taken hold, measured on the host, not assumed.
  func inspect(_ inspection: NetworkInspection, on host: any Host) -> Evidence

  /// For a fault between the step's hosts: whom each of them can't reach any more; nil for others.
  func separation(of hosts: [String], seed: UInt64) throws(Refusal) -> [String: [String]]?
}

extension NetworkFault {
  public static var targeting: Targeting { .traffic }

  public func usualDirection(of selector: TrafficSelector) -> TrafficDirection {
    selector.to.isEmpty && !selector.from.isEmpty ? .in : .out
  }

  public func objections(to selector: TrafficSelector) -> [TrafficObjection] { [] }

  public var needsTraffic: Bool { true }

  public var shaped: ShapedWays? { nil }

  public func separation(
    of hosts: [String], seed: UInt64
  ) throws(Refusal) -> [String: [String]]? { nil }
}

/// Why a field of a selector does not go with a fault, and what to do.
public struct TrafficObjection: Sendable, Hashable {
  /// The field, such as `port`; nil: the selector as a whole.
  public var field: String?
  public var message: String
  public var cure: String

  /// Makes an objection.
  public init(to field: String? = nil, _ message: String, cure: String) {
    self.field = field
    self.message = message
    self.cure = cure
  }
}

/// What is made of packets on each way.
public struct ShapedWays: Sendable, Hashable {
  /// Of those that leave the host.
  public var out: Shaping
  /// Of those that come to it.
  public var `in`: Shaping

  /// The same on both ways.
  public init(both shaping: Shaping) {
    out = shaping
    self.in = shaping
  }

  /// Something else on each way.
  public init(out: Shaping, in: Shaping) {
    self.out = out
    self.in = `in`
  }
}

/// What a network fault is planned among.
public struct NetworkSetting: Sendable {
  /// A fault of another step that shapes packets and may be in force at the same time.
  public struct Neighbour: Sendable {
    public var step: Int
    public var traffic: Traffic
    public var shaping: ShapedWays

    /// Makes a neighbour.
    public init(step: Int, traffic: Traffic, shaping: ShapedWays) {
      self.step = step
      self.traffic = traffic
      self.shaping = shaping
    }
  }

  public var step: Int
  public var neighbours: [Neighbour]
  /// How many devices the faults planned before it have.
  public var linkCount: Int
  public var host: any Host

  /// Makes a setting.
  public init(step: Int, neighbours: [Neighbour], linkCount: Int, host: any Host) {
    self.step = step
    self.neighbours = neighbours
    self.linkCount = linkCount
    self.host = host
  }
}

/// When a network fault is looked at, and what it made.
public struct NetworkInspection: Sendable {
  public var rules: NetworkRules
  /// The rules of other faults in force that may do this one's part on the packets they share.
  public var sharing: [NetworkRules]
  public var traffic: Traffic
  /// Whether its time is over, so that packets must have come by.
  public var isEnding: Bool
  /// Whether rules of others that did this one's part had seen packets of it when they ended, and took
  /// their counters with them.
  public var wasSelectedByOthers: Bool
  /// What its holder has seen itself, as far as it has said so.
  public var statistics: NetworkStatistics?
  /// The kinds of other faults that were in force on some of the same packets, and may have taken them
  /// before this one saw them.
  public var rivals: [String]

  /// Makes an inspection.
  public init(
    rules: NetworkRules, sharing: [NetworkRules] = [], traffic: Traffic, isEnding: Bool,
    wasSelectedByOthers: Bool = false, statistics: NetworkStatistics? = nil, rivals: [String] = []
  ) {
    self.rivals = rivals
    self.wasSelectedByOthers = wasSelectedByOthers
    self.statistics = statistics
    self.rules = rules
    self.sharing = sharing
    self.traffic = traffic
    self.isEnding = isEnding
  }
}
