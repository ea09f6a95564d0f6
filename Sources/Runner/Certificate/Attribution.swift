import Model

/// Tells whose a change of a host's state is: the run's, by its targets and marks, or another's.
///
/// Pure: it goes by what the record and the two states say. When in doubt a change is not ours, but
/// what carries the run's mark, or is its target and held, always is.
struct Attribution {
  /// The name of the run in this host's ledger.
  let run: String
  /// What the run did to this host.
  let faults: [FaultRecord]
  /// Whether the author's own commands ran on this host.
  let hasRunCommands: Bool
  /// The agent of the run.
  let agent: ProcessIdentity?
  /// What clears anything of ours for which there is no shorter command.
  let recoverCommand: String
  /// The processes there are afterwards, to know who holds whom.
  let processesAfter: [String: String]

  /// Whose a change is; nil: a process of others that began or ended, which is only counted.
  func attribute(_ change: HostChange) -> CertifiedChange? {
    if change.section == .processes { return attributeProcess(change) }
    if change.section == .files { return attributeFile(change) }
    if let mark = RunMark(in: change.key) ?? RunMark(in: change.after ?? change.before ?? "") {
      return attributeMarked(change, mark)
    }
    return foreign(change, "it carries no mark of the run")
  }

  // MARK: Objects and files

  private func attributeMarked(_ change: HostChange, _ mark: RunMark) -> CertifiedChange {
    guard mark == RunMark(ofRun: run) else {
      return CertifiedChange(
        change, ours: false, explained: false,
        why: "it carries the mark of another run, \(mark.name)")
    }
    let why = "it carries the run's mark, \(mark.name)"
    // What a run takes away of its own had been left before it, and is not there any more.
    guard change.after != nil else {
      return CertifiedChange(change, ours: true, explained: true, why: why + ", and is gone")
    }
    return CertifiedChange(
      change, ours: true, explained: false, why: why, command: clearing(change, mark))
  }

  private func clearing(_ change: HostChange, _ mark: RunMark) -> String {
    switch change.section {
    case .nft: return "nft delete table \(change.key)"
    case .links: return Command(argv: ["ip", "link", "delete", change.key]).shown
    case .cgroups: return Command(argv: ["rmdir", change.key]).shown
    case .mounts: return Command(argv: ["umount", change.key]).shown
    case .trafficControl:
      let device = change.key.prefix { $0 != " " }
      return RunMark(beginning: device) == mark
        ? Command(argv: ["ip", "link", "delete", String(device)]).shown : recoverCommand
    case .processes, .routes, .sysctls, .files: return recoverCommand
    }
  }

  private func attributeFile(_ change: HostChange) -> CertifiedChange {
    let text = change.after ?? change.before ?? ""
    let words = text.split { $0 == " " || $0 == "," }
    guard let place = words.firstIndex(of: "run"), place + 1 < words.count,
      words[place + 1] == run
    else { return foreign(change, "it is of another run") }
    // A ledger in which nothing is left to do is removed by whoever looks next.
    let isSettled = change.after == nil || text.hasSuffix("closed")
    return CertifiedChange(
      change, ours: true, explained: isSettled,
      why: isSettled ? "the run's own, and nothing is left to do" : "the run's own",
      command: isSettled ? nil : recoverCommand)
  }

  // MARK: Processes

  private func attributeProcess(_ change: HostChange) -> CertifiedChange? {
    let before = change.before.flatMap { ProcessEntry(key: change.key, text: $0) }
    let after = change.after.flatMap { ProcessEntry(key: change.key, text: $0) }
    guard let process = (after ?? before)?.process else {
      return foreign(change, "it is no target of the run")
    }
    if let after, after.part?.run == run || after.process == agent {
      return attributePart(change, after)
    }
    if let fault = faults.last(where: { $0.targets.contains { $0.process == process } }) {
      return attributeTarget(change, of: fault, before: before, after: after)
    }
    // What began or ended beside the run is told by its number, unless somebody holds it.
    guard let after, before != nil || after.condition != .running else { return nil }
    return foreign(change, "it is no target of the run and carries no mark of it")
  }

  private func attributePart(_ change: HostChange, _ process: ProcessEntry) -> CertifiedChange {
    let isEffect = process.part?.role == .effect
    return CertifiedChange(
      change, ours: true, explained: false,
      why: isEffect ? "it is part of a fault of the run" : "it is the run's own and has not ended",
      command: isEffect ? "kill -KILL \(process.process.pid)" : recoverCommand)
  }

  private func attributeTarget(
    _ change: HostChange, of fault: FaultRecord, before: ProcessEntry?, after: ProcessEntry?
  ) -> CertifiedChange? {
    guard let after else {
      guard before != nil else { return nil }
      let why =
        fault.undoClass == .none
        ? "'\(fault.step)' hit it: undo class none, so there is nothing to undo"
        : "it was a target of '\(fault.step)' and has ended; there is nothing left to put back"
      return CertifiedChange(change, ours: true, explained: true, why: why)
    }
    let pid = after.process.pid
    switch after.condition {
    case .stopped:
      return CertifiedChange(
        change, ours: true, explained: false, why: "it was a target of '\(fault.step)'",
        command: "kill -CONT \(pid)")
    case .traced(let tracer):
      guard isOurs(tracer) else {
        return foreign(change, "process \(tracer), which holds it, is not Jenner's")
      }
      return CertifiedChange(
        change, ours: true, explained: false,
        why: "it was a target of '\(fault.step)', and a holder of the run still has it",
        command: "kill -KILL \(tracer)")
    case .running:
      // It was held before, which a fault on it would have refused; so another let it go.
      return before == nil ? nil : foreign(change, "somebody else held it before the run")
    }
  }

  private func isOurs(_ pid: Int32) -> Bool {
    processesAfter.contains { key, text in
      guard let entry = ProcessEntry(key: key, text: text), entry.process.pid == pid else {
        return false
      }
      return entry.part?.run == run || entry.process == agent
    }
  }

  private func foreign(_ change: HostChange, _ why: String) -> CertifiedChange {
    CertifiedChange(
      change, ours: false, explained: hasRunCommands,
      why: hasRunCommands ? why + "; the run's own commands may have changed it" : why)
  }
}
