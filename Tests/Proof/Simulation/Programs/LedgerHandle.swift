import Agent
import Model

/// A ledger that a simulated program writes, as `LedgerFile` of jenner-agent does.
struct LedgerHandle {
  let name: String
  private let computer: Computer
  private var entryCount: Int

  struct Busy: Error {}

  /// Makes a ledger with its first entry.
  init(creating name: String, _ entry: LedgerEntry, by program: Program) throws {
    self.name = name
    computer = program.computer
    entryCount = 0
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
    let state = computer.disk.ledger(ofRun: name)
    try computer.disk.truncate(name, to: state?.wholeLength ?? 0)
    entryCount = state?.entryCount ?? 0
  }

  var state: LedgerState { computer.disk.ledger(ofRun: name) ?? LedgerState() }

  mutating func append(_ entry: LedgerEntry) throws {
    let line = try LedgerLine.text(of: entry, sequence: entryCount + 1)
    do {
      try computer.disk.append(
        Array(line.utf8), to: name, torn: Int(computer.world.random.next() >> 33))
    } catch {
      try? computer.disk.truncate(name, to: state.wholeLength)
      throw error
    }
    entryCount += 1
    computer.world.note("append", entryCount, "\(name) \(entry)")
  }

  /// What is left when its program is killed as it writes.
  func tear(_ entry: LedgerEntry) {
    guard let line = try? LedgerLine.text(of: entry, sequence: entryCount + 1) else { return }
    let bytes = Array(line.utf8)
    let count = computer.world.random.number(0...bytes.count)
    computer.disk.tear(Array(bytes.prefix(count)), in: name)
  }

  func release() { computer.ledgerLocks[name] = nil }

  func remove() throws {
    try computer.disk.remove(name)
    release()
  }
}
