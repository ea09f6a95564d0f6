internal import Glibc
public import Model

/// Something outside of processes that a run has made: its name begins with the run's mark.
public enum MarkedObject: Sendable, Hashable {
  case table(family: String, name: String)
  /// In the network namespace given; nil is that of this process.
  case link(String, in: NetworkNamespace?)
  /// By its path in the hierarchy that is mounted there.
  case cgroup(String)

  /// Reads what there is on this host; what can't be looked for is told with its reason.
  public static func all() throws(SystemError) -> (found: [MarkedObject], unseen: [Unseen]) {
    let tools = try StateTools()
    var unseen: [Unseen] = []
    var found: [MarkedObject] = []
    do throws(Unseen) {
      found += tables(in: try tools.output(of: StateTools.Call(.nft, "list", "tables")))
    } catch {
      unseen.append(Unseen("nft tables: \(error.reason)", mayPass: error.mayPass))
    }
    found += links + linksElsewhere
    for root in Cgroups.roots {
      guard let paths = Cgroups.paths(below: root, limit: HostState.entryLimit) else {
        unseen.append(
          Unseen("cgroups: there are more than \(HostState.entryLimit) below \(root)"))
        continue
      }
      found += paths.filter { Cgroups.isOwned($0, by: geteuid()) }.map { .cgroup($0) }
        .filter { $0.mark != nil }
    }
    return (found, unseen)
  }

  /// Reads what there is in the network of another process, whose tables `all` does not see.
  public static func all(in namespace: NetworkNamespace) throws(Unseen) -> [MarkedObject] {
    let list = Command(argv: NetworkNamespace.entering(namespace) + ["nft", "list", "tables"])
    let result = LinuxHost().check(list)
    return tables(in: try StateTools.output(of: .nft, result)) + links(ofNetwork: namespace)
  }

  /// The tables of ours in a list of lines `table FAMILY NAME`.
  static func tables(in list: String) -> [MarkedObject] {
    list.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count == 3, words[0] == "table" else { return nil }
      return .table(family: String(words[1]), name: String(words[2]))
    }.filter { $0.mark != nil }
  }

  /// By proc_pid_net(5), which needs no program: the links of this network namespace.
  private static var links: [MarkedObject] {
    let bytes = (try? FileContents.bytes(of: "/proc/thread-self/net/dev", limit: 16 << 20)) ?? []
    return links(in: String(decoding: bytes, as: UTF8.self))
  }

  /// Whether there is a link of this name in this network namespace.
  public static func hasLink(_ name: String) -> Bool { links.contains(.link(name, in: nil)) }

  /// The links in the networks of other processes, each network looked at once.
  ///
  /// Tables end with their holders wherever they are; devices are what stays.
  private static var linksElsewhere: [MarkedObject] {
    var found: [MarkedObject] = []
    for namespace in NetworkEntry.others() { found += links(ofNetwork: namespace) }
    return found
  }

  /// Each process has the table of its own network: proc_pid_net(5).
  private static func links(ofNetwork namespace: NetworkNamespace) -> [MarkedObject] {
    let path = namespace.path.replacing("/ns/net", with: "/net/dev")
    let bytes = (try? FileContents.bytes(of: path, limit: 16 << 20)) ?? []
    return links(in: String(decoding: bytes, as: UTF8.self), of: namespace)
  }

  static func links(
    in table: String, of namespace: NetworkNamespace? = nil
  ) -> [MarkedObject] {
    NetworkTables.devices(in: table).compactMap { name in
      RunMark(beginning: name).map { _ in .link(name, in: namespace) }
    }
  }

  /// The mark of the run that made it; nil if its name has none.
  public var mark: RunMark? {
    switch self {
    case .table(_, let name), .link(let name, _): RunMark(beginning: name)
    case .cgroup(let path): path.split(separator: "/").last.flatMap { RunMark(beginning: $0) }
    }
  }

  /// The object in words.
  public var shown: String {
    switch self {
    case .table(let family, let name): "nft table \(family) \(name)"
    case .link(let name, nil): "link \(name)"
    case .link(let name, let namespace?): "link \(name) in \(namespace.path)"
    case .cgroup(let path): "cgroup \(path)"
    }
  }

  /// The command that clears it.
  public var clearing: Command {
    switch self {
    case .table(let family, let name): Command(argv: ["nft", "delete", "table", family, name])
    case .link(let name, let namespace):
      Command(argv: NetworkNamespace.entering(namespace) + ["ip", "link", "delete", name])
    case .cgroup(let path): Command(argv: ["rmdir", path])
    }
  }

  /// Clears it; what goes wrong shows when one looks again.
  public func clear() throws(SystemError) {
    let tools = try StateTools()
    switch self {
    case .table(let family, let name):
      _ = try? tools.output(of: StateTools.Call(.nft, "delete", "table", family, name))
    case .link: _ = LinuxHost().check(clearing)
    case .cgroup(let path): rmdir(path)
    }
  }
}
