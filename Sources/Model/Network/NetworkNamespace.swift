/// A network namespace that can't be mistaken for a later one of the same name.
public struct NetworkNamespace: Sendable, Hashable, Codable {
  /// Where it was found: a file that is the namespace, such as /run/netns/app.
  public var path: String
  /// The inode of that file, by which the kernel knows it.
  public var inode: UInt64

  /// Makes a namespace.
  public init(path: String, inode: UInt64) {
    self.path = path
    self.inode = inode
  }

  /// What stands before a command that is to run in it; nothing where it is the agent's own.
  public static func entering(_ namespace: NetworkNamespace?) -> [String] {
    namespace.map { ["nsenter", "--net=\($0.path)"] } ?? []
  }
}

/// What a network namespace has: interfaces, addresses and routes.
public struct NetworkFacts: Sendable, Hashable, Codable {
  /// A network interface.
  public struct Interface: Sendable, Hashable, Codable {
    public var name: String
    public var isLoopback: Bool

    /// Makes an interface.
    public init(name: String, isLoopback: Bool) {
      self.name = name
      self.isLoopback = isLoopback
    }
  }

  /// Where packets to some addresses go out.
  public struct Route: Sendable, Hashable, Codable {
    public var destination: AddressRange
    public var interface: String
    /// The least of several routes to the same addresses is taken.
    public var metric: Int

    /// Makes a route.
    public init(destination: AddressRange, interface: String, metric: Int) {
      self.destination = destination
      self.interface = interface
      self.metric = metric
    }
  }

  public var interfaces: [Interface]
  public var routes: [Route]

  /// Makes facts.
  public init(interfaces: [Interface], routes: [Route]) {
    self.interfaces = interfaces
    self.routes = routes
  }

  /// The interface through which a packet to an address goes out, by the longest prefix.
  public func interface(towards address: IPAddress) -> String? {
    if address.isLoopback { return interfaces.first(where: \.isLoopback)?.name }
    return routes.filter { $0.destination.contains(address) }
      .max { ($0.destination.prefix, -$0.metric) < ($1.destination.prefix, -$1.metric) }?.interface
  }

  /// The interfaces through which packets to any of these addresses go out.
  ///
  /// Of a range that is what leaves the host: its own addresses, to which it sends by its loopback device,
  /// are meant only where one is named.
  public func interfaces(towards range: AddressRange) -> Set<String> {
    var names = Set(routes.filter { range.contains($0.destination) }.map(\.interface))
    if let name = interface(towards: range.address) { names.insert(name) }
    let isNamed = range.prefix == range.family.bits || range.address.isLoopback
    return isNamed ? names : names.subtracting(interfaces.filter(\.isLoopback).map(\.name))
  }
}
