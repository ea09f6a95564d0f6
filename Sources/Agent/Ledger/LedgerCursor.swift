/// Where the next line of a ledger goes: after the last line that is known to be whole and durable.
///
/// A line that was written but could not be synchronised is whole, and yet does not count: it is cut
/// off, since the next one has its number. Two lines of one number would make the ledger unreadable
/// from there on.
public struct LedgerCursor: Sendable, Hashable {
  /// How many lines count.
  public private(set) var lineCount: Int
  /// Where they end, in bytes; whatever stands after that is cut off.
  public private(set) var length: Int

  /// The place in an empty ledger.
  public init() {
    lineCount = 0
    length = 0
  }

  /// The place in a ledger that was read.
  public init(after state: LedgerState) {
    lineCount = state.lineCount
    length = state.wholeLength
  }

  /// The bytes of the next line.
  public func line(of entry: LedgerEntry) throws -> [UInt8] {
    Array(try LedgerLine.text(of: entry, sequence: lineCount + 1).utf8)
  }

  /// A line is durable.
  public mutating func advance(past line: [UInt8]) {
    lineCount += 1
    length += line.count
  }
}
