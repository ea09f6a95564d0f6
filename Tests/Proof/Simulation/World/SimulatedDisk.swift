import Agent
import Model
import Synchronization

/// The disk of a simulated computer: what is written is durable only once it is synchronised, and it
/// fails as disks do.
final class SimulatedDisk: LedgerReader {
  struct File {
    var bytes: [UInt8] = []
    /// What a power cut leaves for certain.
    var durableCount = 0
    /// What the bytes say, once it has been read.
    var ledger: LedgerState?
    var durableLedger: LedgerState?
  }

  struct Failure: Error {
    var reason: String
  }

  enum Health {
    case sound
    /// Some bytes fit, and then no more.
    case full
    /// Written, and then not to be synchronised.
    case failing
    /// Nothing can be changed any more.
    case readOnly
  }

  // Never contended: a world has one thread. The agent's machine asks for a Sendable reader.
  private let all = Mutex<[String: File]>([:])
  private let mood = Mutex<(health: Health, latency: ClosedRange<Int>)>((.sound, 0...0))

  var health: Health {
    get { mood.withLock { $0.health } }
    set { mood.withLock { $0.health = newValue } }
  }

  /// How long it takes to synchronise a file, in milliseconds.
  var latency: ClosedRange<Int> {
    get { mood.withLock { $0.latency } }
    set { mood.withLock { $0.latency = newValue } }
  }

  var names: [String] { all.withLock { $0.keys.sorted() } }

  func exists(_ name: String) -> Bool { all.withLock { $0[name] != nil } }

  /// What a ledger says; nil if there is none.
  func ledger(ofRun name: String) -> LedgerState? {
    all.withLock { files in
      guard let file = files[name] else { return nil }
      if let known = file.ledger { return known }
      let ledger = LedgerState(reading: file.bytes)
      files[name]?.ledger = ledger
      return ledger
    }
  }

  /// No run of a simulated computer asks for another's targets: its locks refuse them.
  func run(withTarget process: ProcessIdentity) -> String? { nil }

  /// What a ledger would say after a power cut that leaves no more of it than is certain.
  func durableLedger(ofRun name: String) -> LedgerState? {
    all.withLock { files in
      guard let file = files[name] else { return nil }
      if file.durableCount == file.bytes.count, let known = file.ledger { return known }
      if let known = file.durableLedger { return known }
      let ledger = LedgerState(reading: Array(file.bytes.prefix(file.durableCount)))
      files[name]?.durableLedger = ledger
      return ledger
    }
  }

  private func change(_ name: String, _ body: (inout File) -> Void) {
    all.withLock { files in
      guard var file = files.removeValue(forKey: name) else { return }
      body(&file)
      file.ledger = nil
      file.durableLedger = nil
      files[name] = file
    }
  }

  func create(_ name: String) throws {
    guard !exists(name), health == .sound || health == .failing else {
      throw Failure(reason: "create \(name)")
    }
    all.withLock { $0[name] = File() }
  }

  /// Puts a file there, as an earlier run left it.
  func place(_ name: String, _ bytes: [UInt8]) {
    all.withLock { $0[name] = File(bytes: bytes, durableCount: bytes.count) }
  }

  /// Adds bytes; after a failure a part of them may stand there.
  func append(_ bytes: [UInt8], to name: String, torn: Int) throws {
    switch health {
    case .sound:
      change(name) {
        $0.bytes += bytes
        $0.durableCount = $0.bytes.count
      }
    case .full:
      change(name) { $0.bytes += bytes.prefix(torn % max(1, bytes.count)) }
      throw Failure(reason: "No space left on device")
    case .failing:
      change(name) { $0.bytes += bytes }
      throw Failure(reason: "Input/output error")
    case .readOnly: throw Failure(reason: "Read-only file system")
    }
  }

  /// Adds bytes without synchronising them: what a program leaves that is killed as it writes.
  func tear(_ bytes: [UInt8], in name: String) {
    change(name) { $0.bytes += bytes }
  }

  func truncate(_ name: String, to count: Int) throws {
    guard health != .readOnly, exists(name) else { throw Failure(reason: "truncate \(name)") }
    change(name) { file in
      file.bytes.removeLast(max(0, file.bytes.count - count))
      file.durableCount = min(file.durableCount, count)
    }
  }

  func remove(_ name: String) throws {
    guard health != .readOnly else { throw Failure(reason: "remove \(name)") }
    all.withLock { $0[name] = nil }
  }

  /// A power cut: of what was not synchronised a part is left.
  func losePower(_ random: inout SeededRandom) {
    for name in names {
      let draw = random.next()
      change(name) { file in
        let rest = file.bytes.count - file.durableCount
        file.bytes.removeLast(Int(draw % UInt64(rest + 1)))
        file.durableCount = file.bytes.count
      }
    }
  }
}
