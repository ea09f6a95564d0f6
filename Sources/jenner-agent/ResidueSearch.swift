internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// `jenner-agent residue`: what runs on this host left behind, with the command that clears each.
enum ResidueSearch {
  static func run(_ format: Terminal.Format) -> ExitStatus {
    do throws(SystemError) {
      let found = try search()
      switch format {
      case .json: Terminal.show(json: found)
      case .text:
        Terminal.show(
          found.isEmpty
            ? "Nothing is left behind on this host.\n"
            : found.map { "\($0.what)\n  clear with: \($0.command)\n" }.joined())
      }
      return found.isEmpty ? .pass : .residue
    } catch {
      Terminal.warn("jenner-agent residue: \(error)\n")
      return .inconclusive
    }
  }

  private static func search() throws(SystemError) -> [Residue] {
    let host = LinuxHost()
    let name = HostFacts.current().hostname
    var found: [Residue] = []
    var liveRuns: Set<String> = []
    for path in try StateDirectory().ledgerPaths() {
      let ledger: LedgerState
      do throws(SystemError) {
        guard let read = try StateDirectory.read(path) else { continue }
        ledger = read
      } catch {
        found.append(
          Residue(
            host: name, what: "a ledger that can't be read: \(error)",
            command: "jenner-agent recover, as its owner"))
        continue
      }
      if case .leave = Recovery.decision(ledger, at: path, on: host) {
        liveRuns.insert(ledger.run)
        continue
      }
      found += ledger.pending.map { pending in
        Residue(
          host: name, what: "run \(ledger.run): \(pending)", command: "jenner-agent recover")
      }
    }
    for (process, run) in markedProcesses(on: host) where !liveRuns.contains(run) {
      found.append(
        Residue(
          host: name, what: "process \(process.pid) of a fault of run \(run)",
          command: "kill -KILL \(process.pid)"))
    }
    for cgroup in GuardianCgroup.abandoned() {
      found.append(
        Residue(
          host: name, what: "empty cgroup \(cgroup) of a guardian that was killed",
          command: "rmdir \(cgroup)"))
    }
    return found
  }

  /// The processes that are part of a fault, with its run.
  private static func markedProcesses(
    on host: LinuxHost
  ) -> [(process: ProcessIdentity, run: String)] {
    host.environments(of: EffectMark.variable)
      .filter { host.state(of: $0.process).map { $0 != "Z" } ?? false }
      .map { ($0.process, $0.value) }
  }
}
