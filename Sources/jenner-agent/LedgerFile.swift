internal import Agent
internal import Linux

/// A ledger that this process writes: its file, locked, and how many entries it has.
final class LedgerFile {
  private let file: DurableFile
  private var lineCount: Int

  var path: String { file.path }

  /// Makes a ledger with its first entry.
  init(creating path: String, _ entry: LedgerEntry) throws {
    file = try DurableFile(creating: path)
    lineCount = 0
    try append(entry)
  }

  /// Opens the ledger of another process, to be read, also after it is removed; nil if there is none.
  init?(opening path: String) throws {
    guard let file = try DurableFile(opening: path) else { return nil }
    self.file = file
    lineCount = 0
  }

  /// Becomes its writer once the lock of the present one is free.
  ///
  /// A torn last line is cut off, so that what follows begins a line of its own.
  func takeOver(waitingAtMost limit: Duration) throws {
    try file.lock(waitingAtMost: limit)
    let state = try self.state()
    try file.truncate(to: state.wholeLength)
    lineCount = state.lineCount
  }

  /// Whether someone has removed it: what is written to it then nobody will find.
  var isRemoved: Bool { file.isRemoved }

  /// What it says now.
  func state() throws -> LedgerState {
    LedgerState(reading: try file.contents(limit: StateDirectory.ledgerLimit))
  }

  /// Adds an entry; it is on the disk when this returns.
  func append(_ entry: LedgerEntry) throws {
    let line = try LedgerLine.text(of: entry, sequence: lineCount + 1)
    do {
      try file.append(Array(line.utf8))
    } catch {
      // What was written of it must not run into the next entry.
      try? file.truncate(to: try state().wholeLength)
      throw error
    }
    lineCount += 1
  }

  /// Removes it.
  func remove() throws {
    try file.remove()
  }
}
