import Model

/// What programs that are not ours show of the host.
///
/// Within a namespace of its own, everything that they show is either ours or was put there by the
/// proof, so two pictures can be compared whole.
struct HostPicture: Equatable {
  /// Processes: id, state, command line and environment.
  var processes: [String]
  var tables: String
  var queues: String
  var links: String
  /// Where somebody listens, and who.
  var listeners: [String]
  /// Cgroups and locks.
  var files: [String]

  init(folders: [String]) throws {
    processes = try Self.shownProcesses()
    tables = try Self.shownTables()
    queues = try Tool.run(["tc", "qdisc"]).output
    links = try Self.shownLinks()
    listeners = try Self.shownListeners()
    files = try Tool.run(["find"] + folders + ["-printf", "%y %m %s %p\n"]).output
      .split(separator: "\n").map(String.init).sorted()
  }

  /// What can be seen of a fault besides the state of its target: processes with our mark, tables and
  /// sockets that were not there before, and devices, which may stay where nobody is left to remove them.
  static func tracesOfFaults(
    since before: HostPicture, mayLeaveLinks: Bool
  ) throws -> [String] {
    let marked = try shownProcesses().filter { $0.contains(effectMark) }
    let tables = try shownTables()
    let links = try mayLeaveLinks ? before.links : shownLinks()
    return marked.map { "process: \($0)" }
      + (tables == before.tables ? [] : ["nft list ruleset: \(tables)"])
      + (links == before.links ? [] : ["ip link: \(links)"])
      + (try shownListeners()).filter { !before.listeners.contains($0) }.map { "socket: \($0)" }
  }

  /// Whether there is a table of a run.
  static func showsTablesOfRuns() throws -> Bool {
    try Tool.run(["nft", "list", "tables"]).output.split(separator: "\n").contains { line in
      line.split(separator: " ").last.flatMap { RunMark(beginning: $0) } != nil
    }
  }

  /// Whether the rules of a run pass packets on to what it does with them: a set of theirs has an
  /// element that the kernel takes away in time.
  static func showsRulesInForce() throws -> Bool {
    try showsTablesOfRuns() && Tool.run(["nft", "list", "ruleset"]).output.contains(" expires ")
  }

  private static let effectMark = "JENNER_EFFECT="

  private static func shownLinks() throws -> String { try Tool.run(["ip", "-o", "link"]).output }

  private static func shownListeners() throws -> [String] {
    try Tool.run(["ss", "-Htulnp"]).output.split(separator: "\n").map { line in
      // What waits in a queue is the moment's.
      let fields = line.split(separator: " ")
      return fields.enumerated().filter { ![2, 3].contains($0.offset) }.map { String($0.element) }
        .joined(separator: " ")
    }.sorted()
  }

  private static func shownTables() throws -> String {
    try Tool.run(["nft", "-s", "list", "ruleset"]).output
  }

  /// What differs from an earlier picture, one line each.
  func differences(from before: HostPicture) -> [String] {
    var lines: [String] = []
    for line in processes where !before.processes.contains(line) {
      lines.append("process: \(line)")
    }
    for line in before.processes where !processes.contains(line) {
      lines.append("process no longer so: \(line)")
    }
    if tables != before.tables { lines.append("nft list ruleset: \(tables)") }
    if queues != before.queues { lines.append("tc qdisc: \(queues)") }
    if links != before.links { lines.append("ip link: \(links)") }
    for line in listeners where !before.listeners.contains(line) {
      lines.append("socket: \(line)")
    }
    for line in files where !before.files.contains(line) { lines.append("file: \(line)") }
    for line in before.files where !files.contains(line) { lines.append("file gone: \(line)") }
    return lines
  }

  /// Id, state, command line and our mark of each process, as ps shows them with its environment.
  ///
  /// Zombies are none of ours: they wait for their parent. One that runs may sleep a moment later.
  private static func shownProcesses() throws -> [String] {
    try Tool.run(["ps", "axeww", "-o", "pid=,stat=,comm=,args="]).output.split(separator: "\n")
      .compactMap { line in
        let fields = line.split(separator: " ")
        guard fields.count > 3, fields[0] != "1", fields[2] != "ps", let state = fields[1].first,
          state != "Z"
        else { return nil }
        let mark = fields.first { $0.hasPrefix(effectMark) } ?? ""
        let shown = state == "R" || state == "D" ? "S" : state
        let command = fields[2...].prefix(3).joined(separator: " ")
        return "\(fields[0]) \(shown) \(command) \(mark)"
      }
  }
}
