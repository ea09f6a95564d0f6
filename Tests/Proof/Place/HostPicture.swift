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
  /// Cgroups and locks.
  var files: [String]

  init(folders: [String]) throws {
    processes = try Self.shownProcesses()
    tables = try Tool.run(["nft", "-s", "list", "ruleset"]).output
    queues = try Tool.run(["tc", "qdisc"]).output
    links = try Tool.run(["ip", "-o", "link"]).output
    files = try Tool.run(["find"] + folders + ["-printf", "%y %m %s %p\n"]).output
      .split(separator: "\n").map(String.init).sorted()
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
        let mark = fields.first { $0.hasPrefix("JENNER_EFFECT=") } ?? ""
        let shown = state == "R" || state == "D" ? "S" : state
        let command = fields[2...].prefix(3).joined(separator: " ")
        return "\(fields[0]) \(shown) \(command) \(mark)"
      }
  }
}
