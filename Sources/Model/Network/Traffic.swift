/// The traffic that a fault hits on one host, with everything looked up and pinned.
public struct Traffic: Sendable, Hashable, Codable {
  /// Whose sockets send it.
  public enum Owner: Sendable, Hashable, Codable {
    case user(UInt32)
    /// By its path as nft(8) takes it, and how many levels that is below the root.
    case cgroup(path: String, level: Int)
  }

  /// How much of it.
  public struct Share: Sendable, Hashable, Codable {
    /// From 0 to 1.
    public var fraction: Double
    public var unit: TrafficUnit

    /// Chances are drawn in so many parts.
    public static let whole = 1_000_000
    /// The smallest share that is one part at least.
    public static let least = Percentage(fraction: 1 / Double(whole))

    /// A share in parts of the whole: 0 is nothing, all of them everything.
    public static func part(of fraction: Double) -> Int {
      Int((fraction * Double(whole)).rounded())
    }

    /// Makes a share.
    public init(fraction: Double, unit: TrafficUnit) {
      self.fraction = fraction
      self.unit = unit
    }
  }

  /// nil: the agent's own.
  public var namespace: NetworkNamespace?
  public var direction: TrafficDirection
  /// A packet of any of them is meant; never empty.
  public var conversations: [Conversation]
  /// Those of the author, or those of the routes; empty: any.
  public var interfaces: [String]
  /// Whether the author named the interfaces.
  public var namesInterfaces: Bool
  /// Whether what never leaves this host is meant too.
  public var includesLoopback: Bool
  public var owner: Owner?
  public var share: Share?
  /// The author's exceptions.
  public var exceptions: [Conversation]
  /// Connections that must go on: by which the user is logged in, and the agent is reached.
  public var protected: [Conversation]
  /// What the user is told of those, in sentences without an end.
  public var remarks: [String]

  /// Makes traffic.
  public init(
    namespace: NetworkNamespace? = nil, direction: TrafficDirection,
    conversations: [Conversation], interfaces: [String] = [], namesInterfaces: Bool = false,
    includesLoopback: Bool = false, owner: Owner? = nil, share: Share? = nil,
    exceptions: [Conversation] = [], protected: [Conversation] = [],
    remarks: [String] = []
  ) {
    self.namespace = namespace
    self.direction = direction
    self.conversations = conversations
    self.interfaces = interfaces
    self.namesInterfaces = namesInterfaces
    self.includesLoopback = includesLoopback
    self.owner = owner
    self.share = share
    self.exceptions = exceptions
    self.protected = protected
    self.remarks = remarks
  }

  /// Whether some packet may belong to both.
  public func overlaps(_ other: Traffic) -> Bool {
    guard namespace?.inode == other.namespace?.inode else { return false }
    guard direction == .both || other.direction == .both || direction == other.direction else {
      return false
    }
    let interfacesMeet =
      interfaces.isEmpty || other.interfaces.isEmpty
      || !Set(interfaces).isDisjoint(with: other.interfaces)
    guard interfacesMeet else { return false }
    if case .user(let one)? = owner, case .user(let two)? = other.owner, one != two { return false }
    return conversations.contains { one in other.conversations.contains(where: one.overlaps) }
  }

  private enum CodingKeys: String, CodingKey {
    case namespace, direction, conversations, interfaces, owner, share, exceptions, protected
    case remarks
    case namesInterfaces = "names_interfaces"
    case includesLoopback = "includes_loopback"
  }
}
