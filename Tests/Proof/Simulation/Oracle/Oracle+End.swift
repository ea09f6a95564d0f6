import Agent
import Model

/// What must be true of a run's record, and of the world when everything is over.
extension Oracle {
  /// The runner has said what its run came to.
  func finished(_ record: Record, on computers: [Computer]) {
    func promise(_ isKept: Bool, _ promise: String) { if !isKept { world.violate(promise) } }
    // A dry run shows nothing, and yet says by its status that a run would be allowed.
    let isPass = record.verdict == .pass || !mayTouch
    promise(record.exitCode != 0 || isPass, "exit 0 is a pass, and only that")
    promise(record.exitCode == 0 || record.verdict != .pass, "a pass exits with 0")
    promise(record.clean == record.residue.isEmpty, "a run is clean when no residue is named")
    promise(record.clean || record.exitCode == 5, "a run not proved clean exits with 5")
    promise(record.clean || record.verdict != .pass, "a run not proved clean is never a pass")
    promise(!record.clean || record.exitCode != 5, "only a run not proved clean exits with 5")
    if record.verdict == .pass {
      promise(record.ended == .completed, "only a completed run passes")
      promise(
        record.faults.allSatisfy { $0.inForce && $0.undone }, "a pass had every fault in force")
      promise(record.checks.allSatisfy { $0.verdict == .pass }, "a pass passes every check")
    }
    if record.ended == .refused {
      promise(ledgers.values.allSatisfy(\.performed.isEmpty), "a refused run has touched nothing")
    }
    for (before, after) in zip(record.phases, record.phases.dropFirst()) {
      promise(before.window.end <= after.window.start + 1e-9, "phases do not overlap")
    }
    if record.clean { checkClean("a run that says it is clean is", on: computers) }
  }

  /// That nothing is left behind: no process stopped, no action without its undo, no rollback out.
  func checkClean(_ promise: String, on computers: [Computer]) {
    for ledger in ledgers.values {
      if ledger.faults.contains(where: { ledger.computer.isStoppedByUs($0.process) }) {
        world.violate("\(promise): a process is still stopped")
      }
      if let left = remains(of: ledger) { world.violate("\(promise): \(left) is left") }
      if !ledger.touchedSteps.allSatisfy({ isUndone($0, of: ledger) }) {
        world.violate("\(promise): an author's undo has not run")
      }
      let armed = ledger.armed
      if armed.contains(where: { history(of: $0, on: ledger.computer).ends == 0 }) {
        world.violate("\(promise): a rollback has not run")
      }
    }
  }

  func isUndone(_ step: Int, of ledger: GuardedLedger) -> Bool {
    guard let undo = ledger.undos[step] else { return true }
    return history(of: undo, on: ledger.computer).successes > 0
  }

  /// After everything has ended and `recover` has run.
  func concluded(on computers: [Computer], isRecovered: [Int: Bool]) {
    checkClean("nothing is left after recover", on: computers)
    for computer in computers {
      if computer.table.sorted.contains(where: { computer.isStoppedByUs($0.identity) }) {
        world.violate("nothing is left after recover: a process of an earlier run is stopped")
      }
      if computer.unrecoverable.isEmpty, !computer.table.network.isEmpty {
        world.violate("nothing is left after recover: devices of an earlier run are there")
      }
      if isRecovered[computer.number] == false, computer.unrecoverable.isEmpty {
        world.violate("recover ends clean once nothing is in its way")
      }
      for name in computer.disk.names where !computer.unrecoverable.contains(name) {
        guard let state = computer.disk.ledger(ofRun: name) else { continue }
        if !state.isSettled { world.violate("nothing is pending after recover") }
      }
    }
    for ledger in ledgers.values { checkCounts(of: ledger) }
  }

  /// Undos and rollbacks run once; again only where whoever ran them was killed, or where they failed.
  private func checkCounts(of ledger: GuardedLedger) {
    guard !troubledDisks.contains(ledger.computer.number) else { return }
    let kills = interruptions[ledger.computer.number] ?? 0
    for command in ledger.armed {
      if history(of: command, on: ledger.computer).starts > 1 + kills {
        world.violate("a rollback runs once")
      }
    }
    // A step of which one undo can't be proved is undone again as a whole.
    guard everImmovable.isEmpty else { return }
    for command in ledger.undos.values {
      let history = history(of: command, on: ledger.computer)
      // Two hosts of an experiment may be one computer, and then each has its own.
      let owners = ledgers.values.count {
        $0.computer === ledger.computer && $0.undos.values.contains(command)
      }
      if history.starts > owners + kills + history.failures {
        world.violate("an undo that succeeded is not run again")
      }
    }
  }
}
