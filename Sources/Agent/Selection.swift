public import Model

/// Finds the processes that a selector means, and keeps what must not be hit out of it.
public struct Selection {
  private let own: Int32
  private let host: any Host
  private let allowProtected: Set<String>
  /// This agent and what started it.
  private let ancestors: Set<Int32>

  /// Makes a selection for the agent of process id `own`.
  public init(on host: any Host, own: Int32, allowProtected: [String] = []) {
    self.host = host
    self.own = own
    self.allowProtected = Set(allowProtected)
    ancestors = Self.lineage(of: own, on: host)
  }

  /// The processes that match, in the order of their ids, each first in a list of its own.
  ///
  /// With `tree` its descendants follow it there. `pick` is the runner's, over all hosts.
  ///
  /// What is protected is left out. If nothing else matches, that is said rather than nothing found.
  public func candidates(for selector: ProcessSelector) throws(Refusal) -> [[ProcessFacts]] {
    let all = try processes()
    let conditions = try Conditions(selector, on: host)
    let matches = all.filter { !$0.isDead && conditions.hold(for: $0) }
    let free = matches.filter { protection(of: $0) == nil }
    if free.isEmpty, let first = matches.first, let reason = protection(of: first) {
      throw Refusal(
        "every process that matches is protected; process \(first.identity.pid) "
          + "(\(first.programName)): \(reason.text)", cure: reason.cure(for: first))
    }
    guard selector.tree else { return free.map { [$0] } }
    return Self.families(of: free, among: all).map { family in
      family.filter { protection(of: $0) == nil }
    }
  }

  /// Why a process may not be hit; nil if it may.
  public func refusal(for process: ProcessFacts) -> Refusal? {
    protection(of: process).map {
      Refusal(
        "process \(process.identity.pid) (\(process.programName)) is protected: \($0.text)",
        cure: $0.cure(for: process))
    }
  }

  private func processes() throws(Refusal) -> [ProcessFacts] {
    do throws(HostError) {
      return try host.processes()
    } catch {
      throw Refusal(error.message)
    }
  }

  // MARK: Protection

  /// Programs without which nobody could log in to mend the machine, or the machine would go down:
  /// init and service managers, what users log in by, and the message bus that joins them.
  static let protectedPrograms: Set<String> = [
    "init", "runit", "runsvdir", "s6-svscan", "openrc-init", "launchd", "upstart", "tini",
    "dumb-init", "sshd", "sshd-session", "sshd-auth", "dropbear", "login", "getty", "agetty",
    "dbus-daemon", "dbus-broker", "dbus-broker-launch",
  ]

  private enum Protection {
    case firstProcess
    case ours
    case program

    var text: String {
      switch self {
      case .firstProcess: "process 1 is never hit"
      case .ours: "Jenner's own processes and those that started them are never hit"
      case .program: "without it nobody could log in to mend the machine"
      }
    }

    func cure(for process: ProcessFacts) -> String? {
      guard case .program = self else { return nil }
      return "if that is what you mean, write 'policy: {allow-protected: [\(process.programName)]}'"
    }
  }

  private func protection(of process: ProcessFacts) -> Protection? {
    let pid = process.identity.pid
    if pid == 1 { return .firstProcess }
    if ancestors.contains(pid) || Self.lineage(of: pid, on: host).contains(own) { return .ours }
    let name = process.programName
    if name == "jenner" || name == "jenner-agent" { return .ours }
    let names = process.names
    let isProtected = names.contains {
      Self.protectedPrograms.contains($0) || $0.hasPrefix("systemd")
    }
    return isProtected && allowProtected.isDisjoint(with: names) ? .program : nil
  }

  /// A process and those above it.
  static func lineage(of pid: Int32, on host: any Host) -> Set<Int32> {
    lineage(of: pid) { host.process($0)?.parent }
  }

  /// The same by what is known of parents.
  static func lineage(of pid: Int32, parent: (Int32) -> Int32?) -> Set<Int32> {
    var lineage: Set<Int32> = []
    var current = pid
    while current > 0, lineage.insert(current).inserted {
      current = parent(current) ?? 0
    }
    return lineage
  }

  /// Each process with its living descendants; one that is a descendant of another is of its family.
  private static func families(
    of roots: [ProcessFacts], among all: [ProcessFacts]
  ) -> [[ProcessFacts]] {
    let children = Dictionary(grouping: all, by: \.parent)
    func descendants(of root: ProcessFacts) -> [ProcessFacts] {
      var found: Set<Int32> = [root.identity.pid]
      var waiting = children[root.identity.pid] ?? []
      var descendants: [ProcessFacts] = []
      while let process = waiting.popLast() {
        guard found.insert(process.identity.pid).inserted else { continue }
        descendants.append(process)
        waiting += children[process.identity.pid] ?? []
      }
      return descendants.filter { !$0.isDead }.sorted { $0.identity < $1.identity }
    }
    let families = roots.map { [$0] + descendants(of: $0) }
    let inner = Set(families.flatMap { $0.dropFirst().map(\.identity) })
    return families.filter { !inner.contains($0[0].identity) }
  }
}

/// The conditions of a selector, with what has to be read from the host for them.
private struct Conditions {
  private let selector: ProcessSelector
  private let listeners: Set<Int32>?
  private let filed: Int32?

  init(_ selector: ProcessSelector, on host: any Host) throws(Refusal) {
    self.selector = selector
    do throws(HostError) {
      if let port = selector.port {
        listeners = Set(try host.listeners(on: port))
      } else {
        listeners = nil
      }
      if let path = selector.pidFile {
        let text = try host.contents(of: path)
        guard let pid = text.split(whereSeparator: \.isWhitespace).first.flatMap({ Int32($0) }),
          pid > 0
        else { throw HostError("\(path) holds no process id") }
        filed = pid
      } else {
        filed = nil
      }
    } catch {
      throw Refusal(error.message)
    }
  }

  func hold(for process: ProcessFacts) -> Bool {
    let pid = process.identity.pid
    if let listeners, !listeners.contains(pid) { return false }
    if let filed, filed != pid { return false }
    if let pattern = selector.commandLine,
      !pattern.matches(process.commandLine.joined(separator: " "))
    {
      return false
    }
    if let executable = selector.executable {
      let isPath = executable.contains("/")
      if executable != (isPath ? process.executable : process.programName) { return false }
    }
    if let user = selector.user, user != process.userName, user != String(process.userID) {
      return false
    }
    if let cgroup = selector.cgroup {
      if !process.cgroups.contains(where: { $0.isCgroup(within: cgroup) }) { return false }
    }
    return true
  }
}

extension String {
  /// Whether a cgroup, by its path as in /proc/PID/cgroup, is another one or below it.
  func isCgroup(within other: String) -> Bool {
    self == other || hasPrefix(other.hasSuffix("/") ? other : other + "/")
  }
}
