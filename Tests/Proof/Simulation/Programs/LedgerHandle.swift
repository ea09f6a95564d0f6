import Agent
import Model

/// A ledger that a simulated program writes, as `LedgerFile` of jenner-agent does.
struct LedgerHandle {
  let name: String
  private let computer: Computer
  private var cursor = LedgerCursor()
  private var isRagged = false

  struct Busy: Error {}

  /// Makes a ledger with its first entry.
  init(creating name: String, _ entry: LedgerEntry, by program: Program) throws {
    self.name = name
    computer = program.computer
    try computer.disk.create(name)
    computer.ledgerLocks[name] = program.identity
    try append(entry)
  }

  /// Takes over a ledger if nobody else holds it; nil if there is none.
  init?(takingOver name: String, by program: Program) throws {
    computer = program.computer
    guard computer.disk.exists(name) else { return nil }
    if let holder = computer.ledgerLocks[name], holder != program.identity { throw Busy() }
    self.name = name
    computer.ledgerLocks[name] = program.identity
    cursor = LedgerCursor(after: state)
    try computer.disk.truncate(name, to: cursor.length)
  }

  var state: LedgerState { computer.disk.ledger(ofRun: name) ?? LedgerState() }

  mutating func append(_ entry: LedgerEntry) throws {
    let line = try cursor.line(of: entry)
    if isRagged { try computer.disk.truncate(name, to: cursor.length) }
    do {
      try computer.disk.append(line, to: name, torn: Int(computer.world.random.next() >> 33))
    } catch {
      isRagged = (try? computer.disk.truncate(name, to: cursor.length)) == nil
      throw error
    }
    isRagged = false
    cursor.advance(past: line)
    computer.world.note("append", cursor.lineCount, "\(name) \(entry)")
  }

  /// What is left when its program is killed as it writes.
  func tear(_ entry: LedgerEntry) {
    guard let bytes = try? cursor.line(of: entry) else { return }
    let count = computer.world.random.number(0...bytes.count)
    computer.disk.tear(Array(bytes.prefix(count)), in: name)
  }

  func release() { computer.ledgerLocks[name] = nil }

  func remove() throws {
    try computer.disk.remove(name)
    release()
  }
}
