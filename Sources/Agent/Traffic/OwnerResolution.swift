internal import Model

/// Finds the cgroup by which nft(8) tells whose socket sends a packet.
struct OwnerResolution {
  let host: any Host
  let own: Int32
  let allowProtected: Set<String>

  /// A cgroup by its path in the unified hierarchy.
  func cgroup(_ path: String) throws(Refusal) -> Traffic.Owner {
    guard let root = host.unifiedCgroups else {
      throw Refusal("this host has no unified cgroup hierarchy, by which traffic could be told")
    }
    let parts = path.split(separator: "/").map(String.init)
    guard !parts.isEmpty, !parts.contains("..") else {
      throw Refusal(
        "'\(path.limited)' is no cgroup below the root", cure: "write it as in /proc/PID/cgroup")
    }
    let folder = ([root] + parts).joined(separator: "/")
    do throws(HostError) {
      _ = try host.contents(of: folder + "/cgroup.procs")
    } catch {
      throw Refusal(
        "there is no cgroup '\(path.limited)' in the unified hierarchy",
        cure: "write it as in /proc/PID/cgroup, behind '0::'")
    }
    // nft looks the path up below /sys/fs/cgroup, wherever the unified hierarchy is mounted.
    let base = "/sys/fs/cgroup"
    let offset = root.hasPrefix(base) ? root.dropFirst(base.count).split(separator: "/") : []
    let name = (offset.map(String.init) + parts).joined(separator: "/")
    return .cgroup(path: name, level: parts.count)
  }

  /// The cgroup that some processes have to themselves.
  func cgroup(of selector: ProcessSelector) throws(Refusal) -> Traffic.Owner {
    let selection = Selection(on: host, own: own, allowProtected: Array(allowProtected))
    let chosen = try selection.candidates(for: selector).flatMap(\.self)
    guard let first = chosen.first else {
      throw Refusal("no process matches \(selector.shown)")
    }
    // Of several hierarchies the unified one is written last: proc_pid_cgroup(5).
    guard let path = first.cgroups.last, chosen.allSatisfy({ $0.cgroups.last == path }) else {
      throw Refusal(
        "the processes are in different cgroups, and their traffic can't be told from others'",
        cure: "name one service, or select by 'user' or 'cgroup'")
    }
    let strangers = try strangers(in: path, besides: chosen) { process in
      selector.tree && selection.refusal(for: process) == nil
    }
    if let other = strangers.first {
      throw Refusal(
        "process \(other.identity.pid) (\(other.programName)) shares the cgroup \(path) with the "
          + "selected ones, and their traffic can't be told apart",
        cure: "give the service a cgroup of its own, such as a systemd unit, or select by 'user'")
    }
    return try cgroup(path)
  }

  /// Who else lives in a cgroup: nft(8) means those below it too.
  ///
  /// What the chosen ones have started since they were chosen is theirs, where it may be hit too.
  private func strangers(
    in path: String, besides chosen: [ProcessFacts], mayBeHit: (ProcessFacts) -> Bool
  ) throws(Refusal) -> [ProcessFacts] {
    let all: [ProcessFacts]
    do throws(HostError) { all = try host.processes() } catch { throw Refusal(error.message) }
    let ids = Set(chosen.map(\.identity))
    let roots = Set(chosen.map(\.identity.pid))
    // Who was started for a moment may be gone by now, so that only this list still knows whose it was.
    let parents = Dictionary(all.map { ($0.identity.pid, $0.parent) }) { first, _ in first }
    func isOfTree(_ process: ProcessFacts) -> Bool {
      !Selection.lineage(of: process.parent) { parents[$0] }.isDisjoint(with: roots)
    }
    return all.filter {
      !$0.isDead && !ids.contains($0.identity)
        && ($0.cgroups.last?.isCgroup(within: path) ?? false)
        && !(isOfTree($0) && mayBeHit($0))
    }
  }
}
