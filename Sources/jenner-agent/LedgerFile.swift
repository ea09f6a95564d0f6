internal import Agent
internal import Linux

/// A ledger that this process writes: its file, locked, and how many entries it has.
final class LedgerFile {
  private let file: DurableFile
  private var entryCount: Int

  var path: String { file.path }

  /// Makes a ledger with its first entry.
  init(creating path: String, _ entry: LedgerEntry) throws {
    file = try DurableFile(creating: path)
    entryCount = 0
    try append(entry)
  }

  /// Takes over the ledger of another process once its lock is free; nil if there is none.
  ///
  /// A torn last line is cut off, so that what follows begins a line of its own.
  init?(takingOver path: String, waitingAtMost limit: Duration) throws {
    guard let file = try DurableFile(opening: path, waitingAtMost: limit) else { return nil }
    self.file = file
    entryCount = 0
    let state = try self.state()
    try file.truncate(to: state.wholeLength)
    entryCount = state.entryCount
  }

  /// What it says now.
  func state() throws -> LedgerState {
    LedgerState(reading: try file.contents(limit: StateDirectory.ledgerLimit))
  }

  /// Adds an entry; it is on the disk when this returns.
  func append(_ entry: LedgerEntry) throws {
    let line = try LedgerLine.text(of: entry, sequence: entryCount + 1)
    do {
      try file.append(Array(line.utf8))
    } catch {
      // What was written of it must not run into the next entry.
      try? file.truncate(to: try state().wholeLength)
      throw error
    }
    entryCount += 1
  }

  /// Removes it.
  func remove() throws {
    try file.remove()
  }
}
