internal import Model

/// The lines of a ledger, without what was torn at its end.
///
/// A line is on the disk before anything else is done, the next line included. So when the power goes
/// one line at most is under way, and behind the last whole line stands nothing but a part of that: it
/// has no end, or holds zeros or what was in the block before, and that may have ends of lines in it.
/// What it announces has not happened.
///
/// But the same place may hold lines that were on the disk, whose effects are in force, and which the
/// disk damaged later. To call these torn would leave the effects behind and say nothing, while a torn
/// one that is called damaged costs somebody a look. So the rest is torn only if nothing speaks for a
/// line that was whole once: see `isTorn`.
struct LedgerText {
  struct Line {
    var bytes: ArraySlice<UInt8>
    /// Whether it has its end.
    var isEnded: Bool
    /// What it says; nil if it is damaged.
    var whole: (entry: LedgerEntry, sequence: Int)?

    /// Where it ends in the ledger, with its end.
    var end: Int { bytes.endIndex + 1 }
  }

  /// Those that have their ends, or that may be all of a newer format.
  let lines: [Line]

  private static let newline = UInt8(ascii: "\n")
  /// More than this is not taken for a part of one line that has ends of lines in it: a block.
  private static let restLimit = 4_096

  /// Reads the bytes of a ledger.
  init(_ bytes: [UInt8]) {
    var lines = bytes.split(separator: Self.newline, omittingEmptySubsequences: false).map { line in
      let isEnded = line.endIndex < bytes.endIndex
      return Line(
        bytes: line, isEnded: isEnded, whole: isEnded ? LedgerLine.entry(of: line) : nil)
    }
    let firstOfRest = (lines.lastIndex { $0.whole != nil } ?? -1) + 1
    let hasWholeLines = firstOfRest > 0
    if Self.isTorn(lines[firstOfRest...], hasWholeLinesBefore: hasWholeLines) {
      // Of another format nobody here knows how its lines end: a first one may be all that there is.
      let isNewer = lines.first.map { LedgerLine.newerVersion(of: $0.bytes) != nil } ?? false
      lines.removeSubrange((!hasWholeLines && isNewer ? 1 : firstOfRest)...)
    } else {
      lines.removeAll { !$0.isEnded }
    }
    self.lines = lines
  }

  /// Whether the rest behind the last whole line is a part of one line that was being written.
  private static func isTorn(_ rest: ArraySlice<Line>, hasWholeLinesBefore: Bool) -> Bool {
    let filled = rest.filter { !$0.bytes.isEmpty }
    // An empty line was never an entry.
    guard let last = filled.last else { return true }
    // Its end is the last byte that is written of a line. Blocks that did not come to the disk read as
    // zeros also before others that did.
    if last.isEnded, !last.bytes.contains(0) { return false }
    let earlier = filled.dropLast()
    if earlier.isEmpty { return true }
    // Where no line is whole the first block may be lost, with all that was in it.
    guard hasWholeLinesBefore, let first = filled.first,
      last.end - first.bytes.startIndex <= restLimit
    else { return false }
    // A second line was begun only after the first was on the disk; and one that ends as an entry does
    // was written to its end. That of a newer format may end in any way.
    return !filled.dropFirst().contains { LedgerLine.isBegun($0.bytes) }
      && !earlier.contains {
        $0.bytes.last == UInt8(ascii: "}") || LedgerLine.newerVersion(of: $0.bytes) != nil
      }
  }
}
