import Model
import Testing

@testable import Agent

@Suite struct LedgerStateTests {
  static let worker = ProcessIdentity(pid: 40, startTime: 400)
  static let other = ProcessIdentity(pid: 41, startTime: 410)
  static let proof = UndoProof(step: "signal CONT to process 40", isProved: true, evidence: "runs")

  /// A ledger of a whole run.
  static let entries: [LedgerEntry] = [
    .opened(
      run: "r1", title: "title", bootID: "boot", pidNamespace: 5,
      agent: ProcessIdentity(pid: 30, startTime: 300), deadline: Duration.seconds(900).nanoseconds),
    .guardian(ProcessIdentity(pid: 31, startTime: 310)),
    .armed(rollbacks: [Command(argv: ["true"]), Command(argv: ["echo", "ü 'quoted'\n"])]),
    .intent(
      LedgerIntent(
        step: 0, kind: "process.pause", undo: [.resume(worker)], undoClass: .guardian,
        deadline: .seconds(60))),
    .injected(step: 0),
    .intent(
      LedgerIntent(
        step: 1, kind: "run", undo: [.run(Command(argv: ["undo"]))], undoClass: .none,
        deadline: nil)),
    .undoing(step: 0),
    .undone(step: 0, proofs: [proof]),
    .undone(
      step: 1, proofs: [UndoProof(step: "run undo", isProved: true, evidence: "exited 0")]),
    .rolledBack(index: 0, result: CommandResult(ending: .exited(0))),
    .rolledBack(index: 1, result: CommandResult(ending: .exited(1))),
    .closed,
  ]

  static func bytes(of entries: some Sequence<LedgerEntry>) throws -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, entry) in entries.enumerated() {
      bytes += Array(try LedgerLine.text(of: entry, sequence: index + 1).utf8)
    }
    return bytes
  }

  static func folded(_ entries: some Sequence<LedgerEntry>) -> LedgerState {
    var state = LedgerState()
    for entry in entries { state.apply(entry) }
    return state
  }

  @Test func whatIsPendingAfterEachEntry() {
    let expected: [(steps: [Int], rollbacks: [Int])] = [
      ([], []), ([], []), ([], [0, 1]), ([0], [0, 1]), ([0], [0, 1]), ([1, 0], [0, 1]),
      ([1, 0], [0, 1]), ([1], [0, 1]), ([], [0, 1]), ([], [1]), ([], []), ([], []),
    ]
    for count in 1...Self.entries.count {
      let state = Self.folded(Self.entries.prefix(count))
      #expect(state.pendingSteps.map(\.intent.step) == expected[count - 1].steps)
      #expect(state.pendingRollbacks.map(\.index) == expected[count - 1].rollbacks)
      #expect(state.isClosed == (count == Self.entries.count))
    }
  }

  /// A rollback runs once; one that could not be started has not run.
  @Test func aRollbackThatCouldNotBeStartedIsTriedAgain() {
    func state(_ ending: CommandResult.Ending) -> LedgerState {
      Self.folded([
        .armed(rollbacks: [Command(argv: ["r0"]), Command(argv: ["r1"])]),
        .rolledBack(index: 0, result: CommandResult(ending: ending, errors: "no disk")),
      ])
    }
    let missing = state(.notStarted("EMFILE"))
    #expect(missing.pendingRollbacks.map(\.index) == [0, 1])
    #expect(missing.failedRollbacks.isEmpty)
    #expect(missing.pending.first == "rollback (could not be started: EMFILE): r0")
    for ending in [CommandResult.Ending.exited(1), .signalled(9), .timedOut] {
      let failed = state(ending)
      #expect(failed.pendingRollbacks.map(\.index) == [1])
      #expect(failed.failedRollbacks.count == 1)
      #expect(failed.failedRollbacks.first?.hasSuffix("no disk; it is not run again: r0") == true)
    }
    let succeeded = state(.exited(0))
    #expect(succeeded.pendingRollbacks.map(\.index) == [1])
    #expect(succeeded.failedRollbacks.isEmpty)
    #expect(succeeded.status.rollbacks?.map(\.isSuccess) == [true])
  }

  @Test func readingGivesWhatFoldingGives() throws {
    for count in 0...Self.entries.count {
      let prefix = Self.entries.prefix(count)
      let bytes = try Self.bytes(of: prefix)
      let state = LedgerState(reading: bytes)
      #expect(state.pendingSteps == Self.folded(prefix).pendingSteps)
      #expect(state.entryCount == count)
      #expect(state.wholeLength == bytes.count)
      #expect(state.damagedLines.isEmpty)
    }
  }

  /// A power cut can end the last line after any byte; and the entry's effect has not happened then.
  @Test func aLastLineTornAtAnyByteIsLeftOut() throws {
    for count in 1...Self.entries.count {
      let whole = try Self.bytes(of: Self.entries.prefix(count - 1))
      let bytes = try Self.bytes(of: Self.entries.prefix(count))
      let expected = LedgerState(reading: whole)
      for length in whole.count..<bytes.count {
        #expect(LedgerState(reading: Array(bytes[..<length])) == expected)
      }
    }
  }

  @Test func aLastLineWithAnyWrongByteIsLeftOut() throws {
    let whole = try Self.bytes(of: Self.entries.prefix(4))
    let bytes = try Self.bytes(of: Self.entries.prefix(5))
    let expected = LedgerState(reading: whole)
    for index in whole.count..<bytes.count - 1 {
      var damaged = bytes
      damaged[index] ^= 0x01
      let state = LedgerState(reading: damaged)
      #expect(state.pendingSteps == expected.pendingSteps)
      // It had come to the disk whole once: whatever it announced may have been done.
      #expect(state.damagedLines == [5])
      #expect(state.lineCount == 5)
      #expect(!state.isSettled)
    }
  }

  /// Blocks that never came to the disk read as zeros, also before others that did.
  @Test func aLastLineWithZerosInItIsTorn() throws {
    let whole = try Self.bytes(of: Self.entries.prefix(4))
    let bytes = try Self.bytes(of: Self.entries.prefix(5))
    let expected = LedgerState(reading: whole)
    for start in whole.count..<bytes.count {
      for end in [bytes.count - 1, bytes.count] where start < end {
        var torn = bytes
        for index in start..<end { torn[index] = 0 }
        #expect(LedgerState(reading: torn) == expected)
      }
    }
    #expect(LedgerState(reading: whole + [UInt8](repeating: 0, count: 512)) == expected)
  }

  @Test func aLedgerOfANewerFormatIsSaidToBe() throws {
    let newer = Array("2 5 0123456789abcdef {}\n".utf8)
    let state = LedgerState(reading: try Self.bytes(of: Self.entries.prefix(4)) + newer)
    #expect(state.newerVersion == 2)
    #expect(!state.isSettled)
    #expect(state.pending.last?.contains("format 2") == true)
  }

  /// How a newer format ends its lines is not known here, and it may be all that there is.
  @Test func aFirstLineOfANewerFormatIsNeverTorn() {
    for text in ["2 1 0123456789abcdef {}", "2 1", "12 "] {
      let state = LedgerState(reading: Array(text.utf8))
      #expect(state.newerVersion != nil, "\(text)")
      #expect(!state.isSettled)
      #expect(state.damagedLines == [1])
    }
    // One of this format was torn before anything was done.
    #expect(LedgerState(reading: Array("1 1 0123456789abcdef {}".utf8)) == LedgerState())
  }

  @Test func aRunWithoutAnyDeadlineOfItsStepsEndsAtItsOwn() {
    var state = Self.folded(Self.entries.prefix(2))
    state.apply(.armed(rollbacks: [Command(argv: ["rollback"], timeout: .seconds(7))]))
    let undo = Undo.run(Command(argv: ["undo"], timeout: .seconds(20)))
    state.apply(
      .intent(
        LedgerIntent(step: 1, kind: "run", undo: [undo], undoClass: .none, deadline: nil)))
    // Its limit, its commands' timeouts, and two seconds to read the state back.
    #expect(state.earliestDeadline == .seconds(900 + 20 + 7 + 2))
  }

  @Test func whatAnActionStartedIsKnownUntilItsEnd() {
    var state = Self.folded(Self.entries.prefix(6))
    state.apply(.started(step: 1, session: Self.other))
    #expect(state.openSessions == [Self.other])
    state.apply(.injected(step: 1))
    #expect(state.openSessions.isEmpty)
  }

  @Test func aDamagedLineInTheMiddleIsSaidAndTheRestIsRead() throws {
    var bytes = try Self.bytes(of: Self.entries)
    let second = try #require(bytes.firstIndex(of: UInt8(ascii: "\n"))) + 30
    bytes[second] ^= 0x01
    let state = LedgerState(reading: bytes)
    #expect(state.damagedLines == [2])
    #expect(state.guardian == nil)
    #expect(state.steps.count == 2)
    #expect(!state.isSettled)
    #expect(state.pending == ["the ledger is damaged in line 2"])
  }

  /// The end of a line is one byte; without it two lines are one that nobody can read.
  @Test func twoLinesOfWhichOneHasLostItsEndAreOneDamagedLine() throws {
    for lost in 1..<Self.entries.count {
      var bytes = try Self.bytes(of: Self.entries)
      let ends = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }
      bytes[ends[lost - 1]] = UInt8(ascii: "x")
      let state = LedgerState(reading: bytes)
      #expect(state.damagedLines == [lost])
      #expect(state.wholeLength == bytes.count)
      var entries = Self.entries
      entries.removeSubrange(lost - 1...lost)
      // The two at the end are a last line that has its end and is damaged.
      #expect(state.entryCount == (lost == 11 ? 10 : 12))
      let expected = Self.folded(entries)
      #expect(state.pendingSteps == expected.pendingSteps)
      #expect(state.pendingRollbacks.map(\.index) == expected.pendingRollbacks.map(\.index))
      #expect(!state.isSettled)
      // Whoever goes on writing is read.
      var cursor = LedgerCursor(after: state)
      let next = try cursor.line(of: .injected(step: 7))
      cursor.advance(past: next)
      let continued = LedgerState(reading: bytes + next)
      #expect(continued.damagedLines == [lost])
      #expect(LedgerCursor(after: continued) == cursor)
    }
  }

  /// A line that is lost whole leaves nothing but its number, and that is missed.
  @Test func aMissingLineIsSaid() throws {
    let lines = try Self.bytes(of: Self.entries).split(separator: UInt8(ascii: "\n"))
    for missing in 0..<lines.count - 1 {
      var rest = lines
      rest.remove(at: missing)
      let state = LedgerState(reading: Array(rest.joined(separator: [UInt8(ascii: "\n")])) + [10])
      #expect(state.damagedLines == [missing + 1])
      #expect(state.isClosed && !state.isSettled)
    }
  }

  @Test func aLineThatGoesBackIsDamaged() throws {
    let bytes = try Self.bytes(of: Self.entries)
    let again = try Self.bytes(of: Self.entries.prefix(4))
    let state = LedgerState(reading: bytes + again)
    #expect(state.damagedLines == [13, 14, 15, 16])
    #expect(state.steps.count == 2)
  }

  /// No ledger has so many lines, and the next number must not be more than there is.
  @Test func aNumberAboveAllBytesIsDamaged() throws {
    let line = try LedgerLine.text(of: .closed, sequence: Int.max)
    let state = LedgerState(reading: try Self.bytes(of: Self.entries.prefix(4)) + Array(line.utf8))
    #expect(state.damagedLines == [5])
    #expect(state.lineCount == 5)
  }

  @Test func anEmptyLineIsHarmless() throws {
    let whole = try Self.bytes(of: Self.entries)
    let settled = LedgerState(reading: whole)
    for end in ["\n", "\n\n", "\ntorn"] {
      #expect(LedgerState(reading: whole + Array(end.utf8)) == settled)
    }
    var state = LedgerState(
      reading: Array(
        String(decoding: whole, as: UTF8.self).replacing("\n1 5 ", with: "\n\n1 5 ").utf8))
    #expect(state.damagedLines.isEmpty && state.isClosed && state.isSettled)
    state = LedgerState(reading: [10] + whole)
    #expect(state.damagedLines.isEmpty && state.isClosed)
    #expect(try LedgerCursor(after: state).line(of: .closed).starts(with: Array("1 14 ".utf8)))
  }

  /// What was in the block before may have ends of lines in it.
  @Test func aLastLineTornIntoWhatWasThereIsLeftOut() throws {
    for count in 2...Self.entries.count {
      let whole = try Self.bytes(of: Self.entries.prefix(count - 1))
      let bytes = try Self.bytes(of: Self.entries.prefix(count))
      let expected = LedgerState(reading: whole)
      for length in whole.count..<bytes.count - 1 {
        for rubbish in ["stale old line\nmore", "x\n\ny", "z\n1", "old\n\0\0"] {
          let state = LedgerState(reading: Array(bytes[..<length]) + Array(rubbish.utf8))
          #expect(state == expected, "\(count), \(length), \(rubbish)")
        }
      }
    }
  }

  /// Whatever it announced may have been done.
  @Test(arguments: [
    // It was written to its end,
    "1 5 0123 {x}\nmore", "1 5 0123 {\0}\n\0\0",
    // or the next was begun,
    "1 5 0123 {\n1 6 01", "x\n1 6 0123456789abcdef {",
    // or that is for a newer format to say,
    "2 5 0123 x\n2 6",
    // or nobody can say.
    "1 5 0123 {x\n", "1 5 0123 {x\n\n",
    "x\n" + String(repeating: "y", count: 4_096),
  ])
  func aLineThatMayHaveBeenWholeIsNotTorn(rest: String) throws {
    let state = LedgerState(
      reading: try Self.bytes(of: Self.entries.prefix(4)) + Array(rest.utf8))
    #expect(state.damagedLines == [5])
    #expect(state.entryCount == 4)
    #expect(!state.isSettled)
  }

  /// With its first block everything in it may be lost, and nothing would say so.
  @Test func whereNoLineIsWholeNoneIsTornButTheOnlyOne() {
    #expect(LedgerState(reading: Array("1 1 0123".utf8)).damagedLines.isEmpty)
    #expect(LedgerState(reading: Array("\n".utf8)).damagedLines.isEmpty)
    #expect(LedgerState(reading: Array("stale\nmore".utf8)).damagedLines == [1])
  }

  @Test func rubbishIsNoLedger() {
    for text in ["", "\n", "hello\n", "1 1 0 {}\n", "\0\0\0"] {
      let state = LedgerState(reading: Array(text.utf8))
      #expect(state.entryCount == 0)
      #expect(state.steps.isEmpty)
    }
  }

  @Test func anUnprovedUndoStaysPending() {
    var state = Self.folded(Self.entries.prefix(5))
    state.apply(
      .undone(
        step: 0,
        proofs: [
          UndoProof(step: "signal CONT to process 40", isProved: false, evidence: "EPERM")
        ]))
    #expect(state.pendingSteps.count == 1)
    #expect(state.pending.first == "process.pause: signal CONT to process 40: kill -CONT 40")
  }

  @Test func nothingToUndoIsNothingPending() {
    var state = LedgerState()
    state.apply(
      .intent(
        LedgerIntent(
          step: 0, kind: "process.kill", undo: [], undoClass: .none, deadline: .seconds(1))))
    #expect(state.isSettled)
    #expect(state.earliestDeadline == nil)
  }
}
