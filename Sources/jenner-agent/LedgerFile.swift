internal import Agent
internal import Linux
internal import Model

/// A ledger that this process writes: its file, locked, and how many entries it has.
final class LedgerFile {
  private let file: DurableFile
  private var cursor = LedgerCursor()
  /// Whether a part of a line stands behind the cursor that could not be cut off.
  private var isRagged = false

  var path: String { file.path }

  /// Makes a ledger with its first entry.
  init(creating path: String, _ entry: LedgerEntry) throws {
    file = try DurableFile(creating: path)
    try append(entry)
  }

  /// Opens the ledger of another process, to be read, also after it is removed; nil if there is none.
  init?(opening path: String) throws {
    guard let file = try DurableFile(opening: path) else { return nil }
    try file.requirePrivate()
    self.file = file
  }

  /// Becomes its writer once the lock of the present one is free.
  ///
  /// A torn last line is cut off, so that what follows begins a line of its own. Where that can't be
  /// done, on a read-only disk for one, it is read all the same: the undo matters more.
  func takeOver(waitingAtMost limit: Duration) throws {
    try file.lock(waitingAtMost: limit)
    cursor = LedgerCursor(after: try state())
    isRagged = try file.length() != cursor.length
    if isRagged { isRagged = (try? file.truncate(to: cursor.length)) == nil }
  }

  /// The process that has its lock, as far as that can be told.
  var holder: Int32? { file.holder }

  /// Whether someone has removed it: what is written to it then nobody will find.
  var isRemoved: Bool { file.isRemoved }

  /// What it says now.
  func state() throws -> LedgerState {
    LedgerState(reading: try file.contents(limit: StateDirectory.ledgerLimit))
  }

  /// Adds an entry; it is on the disk when this returns.
  func append(_ entry: LedgerEntry) throws {
    let line = try cursor.line(of: entry)
    if isRagged { try file.truncate(to: cursor.length) }
    do {
      try file.append(line)
    } catch {
      // What was written of it must not run into the next entry, nor be taken for one.
      isRagged = (try? file.truncate(to: cursor.length)) == nil
      throw error
    }
    isRagged = false
    cursor.advance(past: line)
  }

  /// Removes it.
  func remove() throws {
    try file.remove()
  }
}

extension LedgerState {
  /// The run of a ledger: its first entry says it, and where that can't be read its file's name does.
  func runName(at path: String) -> String {
    run.isEmpty ? StateDirectory.run(ofLedger: path) : run
  }

  /// The title of its run, which one without a readable first entry does not have.
  var titleText: String { title.isEmpty ? "untitled" : title }

  /// What a person does with a ledger that can't be read whole; nil where `recover` can do it.
  ///
  /// Until then every run on this host is refused, since nobody knows what may still be in force.
  func remedy(at path: String) -> String? {
    if let newerVersion {
      return "install a jenner-agent that reads format \(newerVersion), then run its recover"
    }
    guard !damagedLines.isEmpty else { return nil }
    return Self.setAside(path, as: "damaged")
  }

  /// What a person does with a ledger that can't be read at all.
  static func remedyOfUnreadable(at path: String) -> String {
    setAside(path, as: "unreadable")
  }

  private static func setAside(_ path: String, as ending: String) -> String {
    "check its targets, then: " + Command(argv: ["mv", path, "\(path).\(ending)"]).shown
  }
}
