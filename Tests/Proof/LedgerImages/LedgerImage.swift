import Model

/// How a ledger may look after a crash: whole up to some byte, and then not.
enum LedgerImage: String, Codable, CaseIterable {
  /// It ends there.
  case prefix
  /// Blocks that never came to the disk read as zeros.
  case zeros
  /// As zeros, but the file ends with the block of 512 bytes in which it was torn.
  case zeroedBlock = "zeroed block"
  /// What was in the block before, without the end of a line.
  case garbage
  /// The same with the end of a line in it.
  case garbageLines = "garbage lines"

  private static let block = 512

  /// The image of a ledger that is whole up to `length`.
  func bytes(of ledger: [UInt8], whole length: Int) -> [UInt8] {
    let head = Array(ledger[..<length])
    let rest = ledger.count - length
    switch self {
    case .prefix: return head
    case .zeros: return head + [UInt8](repeating: 0, count: rest)
    case .zeroedBlock:
      return head + [UInt8](repeating: 0, count: (Self.block - length % Self.block) % Self.block)
    case .garbage: return head + Self.garbage(seed: length)
    case .garbageLines:
      var garbage = Self.garbage(seed: length)
      garbage[1 + length % (garbage.count - 2)] = UInt8(ascii: "\n")
      return head + garbage
    }
  }

  /// The least that is whole in it.
  ///
  /// A file of several lines of which none is whole is kept for a person to look at: with its first
  /// block everything in it may have been lost.
  func first(in ledger: [UInt8]) -> Int {
    guard self == .garbageLines else { return 0 }
    return (ledger.firstIndex(of: UInt8(ascii: "\n")) ?? 0) + 1
  }

  /// Bytes that neither end a line nor an entry, which would have been written to its end.
  private static func garbage(seed: Int) -> [UInt8] {
    var random = SeededRandom(seed: UInt64(seed))
    return (0..<37).map { _ in UInt8.random(in: 1...255, using: &random) }
      .map { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "}") ? 1 : $0 }
  }
}

/// Where the entries of a ledger end that decide what must be done with it, in bytes.
struct LedgerLandmarks {
  /// The end of the last intent.
  var intent: Int
  /// The end of the last entry that says what an undo came to.
  var undone: Int
  /// Between the end of the entry that names the rollbacks and that which says that they have run; nil
  /// if there are none.
  var rollback: Range<Int>?

  /// Finds them; nil if there are none.
  init?(in ledger: [UInt8]) {
    var end = 0
    var found: [String: Int] = [:]
    let entries = ["intent", "undone", "armed", "rolledBack"]
    for line in ledger.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      end += line.count + 1
      let text = String(decoding: line, as: UTF8.self)
      for entry in entries where text.contains(" {\"\(entry)\":") {
        found[entry] = end
      }
    }
    guard let intent = found["intent"], let undone = found["undone"] else { return nil }
    self.intent = intent
    self.undone = undone
    if let armed = found["armed"], let rolledBack = found["rolledBack"] {
      rollback = armed..<rolledBack
    }
  }
}
