/// What a network fault does on one host, as data: devices, rules that are inert at first, and the sets
/// whose elements put them in force for a time.
///
/// Names begin with `RunMark.placeholder` until the run is known; see `named(for:)`.
public struct NetworkRules: Sendable, Hashable, Codable {
  /// A device that shapes what is forwarded to it, and gives it back.
  public struct Link: Sendable, Hashable, Codable {
    public var name: String
    /// For each queueing discipline, from the root on, the words behind `tc qdisc add dev NAME`.
    public var disciplines: [[String]]
    /// What it is to add, which is measured when the fault begins; nil if that is not asked of it.
    public var delay: Shaping.Delay?

    /// How many frames measure a delay.
    public static let probeCount = 10

    /// Makes a device.
    public init(name: String, disciplines: [[String]], delay: Shaping.Delay? = nil) {
      self.name = name
      self.disciplines = disciplines
      self.delay = delay
    }
  }

  /// A table of nftables.
  public struct Table: Sendable, Hashable, Codable {
    public var family: String
    public var name: String

    /// Makes a table.
    public init(family: String, name: String) {
      self.family = family
      self.name = name
    }

    /// The table as nft(8) names it.
    public var text: String { "\(family) \(name)" }
  }

  /// A set that every rule asks which selects: with its elements the rules are in force, until these time
  /// out.
  public struct LiveSet: Sendable, Hashable, Codable {
    public var table: Table
    public var name: String
    public var elements: [String]

    /// Makes a set.
    public init(table: Table, name: String, elements: [String]) {
      self.table = table
      self.name = name
      self.elements = elements
    }

    /// The command that puts its rules in force for a time.
    public func adding(for time: Duration) -> String {
      let milliseconds = max(1, Int(time.seconds * 1_000))
      let list = elements.map { "\($0) timeout \(milliseconds)ms" }.joined(separator: ", ")
      return "add element \(table.text) \(name) { \(list) }"
    }

    /// The command that ends their force at once.
    public var flushing: String { "flush set \(table.text) \(name)" }
  }

  /// Sets that let this fault work together with that of another step while both are in force.
  public struct Gate: Sendable, Hashable, Codable {
    public var step: Int
    public var sets: [LiveSet]

    /// Makes a gate.
    public init(step: Int, sets: [LiveSet]) {
      self.step = step
      self.sets = sets
    }
  }

  /// A fault that comes and goes.
  public struct Cycle: Sendable, Hashable, Codable {
    public var onSeconds: Double
    public var offSeconds: Double

    /// Makes a cycle.
    public init(on: Duration, off: Duration) {
      onSeconds = on.seconds
      offSeconds = off.seconds
    }

    private enum CodingKeys: String, CodingKey {
      case onSeconds = "on_seconds"
      case offSeconds = "off_seconds"
    }
  }

  /// nil: the agent's own.
  public var namespace: NetworkNamespace?
  public var links: [Link]
  public var tables: [Table]
  /// Commands for nft(8) that make tables, sets, chains and rules, which are inert.
  public var script: [String]
  public var live: [LiveSet]
  public var gates: [Gate]
  public var cycle: Cycle?
  /// What answers in user space where the rules redirect to it.
  public var server: NetworkServer?

  /// Makes rules.
  public init(
    namespace: NetworkNamespace? = nil, links: [Link] = [], tables: [Table] = [],
    script: [String] = [], live: [LiveSet] = [], gates: [Gate] = [], cycle: Cycle? = nil,
    server: NetworkServer? = nil
  ) {
    self.namespace = namespace
    self.links = links
    self.tables = tables
    self.script = script
    self.live = live
    self.gates = gates
    self.cycle = cycle
    self.server = server
  }
}

extension NetworkRules {
  /// What stands for the port of the fault's own server until that has one.
  public static func portPlaceholder(_ family: IPAddress.Family) -> String {
    "?port-\(family.rawValue)?"
  }

  /// The commands that make the devices, by ip(8) and tc(8).
  public var linkCommands: [[String]] {
    links.flatMap { link in
      [["ip", "link", "add", "name", link.name, "type", "ifb"]]
        + link.disciplines.map { ["tc", "qdisc", "add", "dev", link.name] + $0 }
        + [["ip", "link", "set", "dev", link.name, "up"]]
    }
  }

  /// What is done, one command on each line.
  var shown: [String] {
    var lines: [String] = []
    if let namespace { lines.append("in the network namespace \(namespace.path):") }
    if let server { lines += [server.shown] + server.shownRules }
    lines += linkCommands.map { $0.joined(separator: " ") }
    lines += script.map { "nft \($0)" }
    lines += live.map { set in
      "nft add element \(set.table.text) \(set.name) "
        + "{ \(set.elements.map { "\($0) timeout <until the deadline>" }.joined(separator: ", ")) }"
    }
    for link in links where link.delay != nil {
      lines.append("\(Link.probeCount) frames through \(link.name), to measure its delay")
    }
    if let cycle {
      lines.append(
        "and again: \(Duration.seconds(cycle.onSeconds).text) in force, "
          + "\(Duration.seconds(cycle.offSeconds).text) not")
    }
    return lines
  }

  /// What the rules leave on a host, where anything does.
  public var objects: NetworkObjects {
    NetworkObjects(namespace: namespace, tables: tables, links: links.map(\.name))
  }

  /// The same rules with the names of a run.
  public func named(for run: String) -> NetworkRules {
    var rules = self
    let mark = RunMark(ofRun: run)
    for index in links.indices { rules.links[index].name = mark.applied(to: links[index].name) }
    rules.tables = tables.map { mark.applied(to: $0) }
    rules.script = script.map(mark.applied)
    rules.live = live.map { mark.applied(to: $0) }
    rules.gates = gates.map { gate in
      Gate(step: gate.step, sets: gate.sets.map { mark.applied(to: $0) })
    }
    return rules
  }
}

extension RunMark {
  /// What stands for the mark as long as the run has no name, which is when it is planned.
  public static let placeholder = "jenner????????"

  func applied(to text: String) -> String {
    text.replacing(RunMark.placeholder, with: name)
  }

  func applied(to table: NetworkRules.Table) -> NetworkRules.Table {
    NetworkRules.Table(family: table.family, name: applied(to: table.name))
  }

  fileprivate func applied(to set: NetworkRules.LiveSet) -> NetworkRules.LiveSet {
    NetworkRules.LiveSet(table: applied(to: set.table), name: set.name, elements: set.elements)
  }
}
