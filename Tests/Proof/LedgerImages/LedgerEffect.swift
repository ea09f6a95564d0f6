import Glibc
import Linux
import Model

/// What the run of a ledger may have done, done once more by hand: `recover` must put it back where the
/// ledger says that it is to be, and leave it alone where it does not.
struct LedgerEffect {
  private let scenario: Scenario
  private let undoClass: UndoClass
  private let landmarks: LedgerLandmarks
  private let place: Place

  init(
    _ scenario: Scenario, _ undoClass: UndoClass, _ landmarks: LedgerLandmarks, in place: Place
  ) {
    self.scenario = scenario
    self.undoClass = undoClass
    self.landmarks = landmarks
    self.place = place
  }

  /// Makes the files, or stops the target; for a fault on packets too, which `recover` must not touch.
  func perform() throws {
    if scenario.subject == .files { return try ChangedFiles.make() }
    kill(place.target.pid, SIGSTOP)
    for _ in 0..<1000 where !place.target.seemsHeld { usleep(1000) }
  }

  /// Takes it back.
  func end() throws {
    try ChangedFiles.clear()
    kill(place.target.pid, SIGCONT)
  }

  /// What `recover` did wrong with a ledger that is whole up to `length`; nil: with one that is settled.
  func problems(ofRecoveryFrom length: Int?) throws -> [String] {
    let isUndoPending = length.map { $0 >= landmarks.intent && $0 < landmarks.undone } ?? false
    if scenario.subject == .files {
      let isRollbackPending = length.flatMap { landmarks.rollback?.contains($0) } ?? false
      return problems(of: ChangedFiles.undone, isPending: isUndoPending)
        + problems(of: ChangedFiles.rolledBack, isPending: isRollbackPending)
    }
    // Who is stopped while no intent stands in the ledger, or when it is settled, is so by another's
    // will. A holder's targets run once it is gone, which it is: everything of the run has ended.
    guard isUndoPending, undoClass == .guardian else {
      return try place.target.isHeld()
        ? [] : ["recover let a process go on that another had stopped"]
    }
    return try place.isHeld(by: scenario, longerThan: .seconds(1))
      ? ["the target is still stopped"] : []
  }

  private func problems(of file: String, isPending: Bool) -> [String] {
    let isThere = ChangedFiles.isThere(file)
    if isPending, isThere { return ["recover left \(file)"] }
    if !isPending, !isThere { return ["recover removed \(file), which nothing told it to"] }
    return []
  }
}
