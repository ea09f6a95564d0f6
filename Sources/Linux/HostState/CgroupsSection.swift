internal import Model

/// The cgroups of every mounted hierarchy, with those of their limits that are not the default.
enum CgroupsSection: StateSection {
  static let section = HostState.Section.cgroups

  static func entries(using tools: StateTools) throws(Unseen) -> [String: String] {
    let roots = Cgroups.roots
    guard !roots.isEmpty else { throw Unseen("no cgroup hierarchy is mounted") }
    var entries: [String: String] = [:]
    for root in roots {
      guard let paths = Cgroups.paths(below: root, limit: HostState.entryLimit - entries.count)
      else { throw Unseen("there are more than \(HostState.entryLimit) cgroups") }
      for path in paths { entries[path] = limits(of: path) }
    }
    return entries
  }

  /// The limits that faults and administrators set, of both versions, with their defaults.
  private static let defaults = [
    "cgroup.freeze": "0", "cpu.max": "max 100000", "cpu.weight": "100", "cpuset.cpus": "",
    "io.max": "", "memory.high": "max", "memory.max": "max", "memory.swap.max": "max",
    "pids.max": "max",
    // Version 1.
    "cpu.cfs_quota_us": "-1", "cpu.shares": "1024", "freezer.state": "THAWED",
    "memory.limit_in_bytes": "9223372036854771712",
  ]

  private static func limits(of path: String) -> String {
    defaults.keys.sorted().compactMap { name in
      guard let bytes = try? FileContents.bytes(of: "\(path)/\(name)", limit: 1 << 16) else {
        return nil
      }
      let value = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        .joined(separator: "; ")
      return value == defaults[name] ? nil : "\(name)=\(value)"
    }.joined(separator: ", ")
  }
}
