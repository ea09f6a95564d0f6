/// What a network fault makes on a host that has a name.
public struct NetworkObjects: Sendable, Hashable, Codable {
  /// nil: that of whoever clears them.
  public var namespace: NetworkNamespace?
  /// Gone with their holder; nobody can remove them before.
  public var tables: [NetworkRules.Table]
  /// Devices, which stay, inert.
  public var links: [String]

  /// Makes a list.
  public init(
    namespace: NetworkNamespace? = nil, tables: [NetworkRules.Table], links: [String]
  ) {
    self.namespace = namespace
    self.tables = tables
    self.links = links
  }

  /// The same objects with the names of a run.
  public func named(for run: String) -> NetworkObjects {
    let mark = RunMark(ofRun: run)
    return NetworkObjects(
      namespace: namespace, tables: tables.map { mark.applied(to: $0) },
      links: links.map(mark.applied))
  }

  /// The objects in words.
  public var shown: String {
    let names = links.map { "link \($0)" } + tables.map { "table \($0.text)" }
    return names.joined(separator: ", ") + (namespace.map { " in \($0.path)" } ?? "")
  }

  /// The capabilities that clearing them takes.
  public var capabilities: [String] {
    namespace == nil
      ? ["cap_net_admin"]
      // The second enters the other network; the others find it.
      : ["cap_net_admin", "cap_sys_admin", "cap_sys_ptrace", "cap_dac_read_search"]
  }

  /// The command that removes the links and sees that the tables are gone: this program itself, as
  /// `jenner-agent clear-network`.
  var clearing: Command {
    var argv = ["/proc/self/exe", "clear-network"]
    if let namespace { argv += ["--namespace", "\(namespace.inode):\(namespace.path)"] }
    for link in links { argv += ["--link", link] }
    for table in tables { argv += ["--table", "\(table.family):\(table.name)"] }
    return Command(argv: argv, timeout: .seconds(10), capabilities: capabilities)
  }

  /// What a person would type to do the same.
  public var manualCommands: [[String]] {
    links.map { NetworkNamespace.entering(namespace) + ["ip", "link", "delete", $0] }
  }
}
