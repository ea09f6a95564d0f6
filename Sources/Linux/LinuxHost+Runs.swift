internal import Glibc
public import Model

/// What tells a run that lives from what one has left, where neither its ledger nor its locks can be
/// seen: an agent may serve a container, with files of its own.
extension LinuxHost {
  /// Whether a process belongs to an agent that lives, or to another pid namespace, where others
  /// decide about it.
  public func isInOtherHands(_ process: ProcessIdentity) -> Bool {
    guard Self.namespace("pid", of: process.pid) == Self.namespace("pid", of: getpid()) else {
      return true
    }
    var pid = self.process(process.pid)?.parent ?? 0
    var seen: Set<Int32> = []
    while pid > 1, seen.insert(pid).inserted, let parent = self.process(pid) {
      if parent.programName == "jenner-agent" { return true }
      pid = parent.parent
    }
    return false
  }

  /// The runs whose guardians live in another mount namespace, whose locks are not ours to see.
  public func runsGuardedElsewhere() -> Set<String> {
    let own = Self.namespace("mnt", of: getpid())
    let runs = ((try? processes()) ?? []).compactMap { process -> String? in
      guard process.programName == "jenner-agent",
        let run = ProcessesSection.guardedRun(process.commandLine),
        Self.namespace("mnt", of: process.identity.pid) != own
      else { return nil }
      return run
    }
    return Set(runs)
  }

  private static func namespace(_ name: String, of pid: Int32) -> String? {
    link("/proc/\(pid)/ns/\(name)")
  }
}
