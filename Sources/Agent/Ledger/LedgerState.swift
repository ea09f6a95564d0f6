public import Model

/// What a ledger says: the fold of its entries.
public struct LedgerState: Sendable, Hashable {
  /// A step that may have touched this host.
  public struct Step: Sendable, Hashable {
    public var intent: LedgerIntent
    public var isInjected = false
    /// The session in which the step's command runs, or ran.
    public var session: ProcessIdentity?
    /// Whether its undo has begun.
    public var isBeingUndone = false
    /// The proofs of its undo, the newest attempt's; nil before one has ended.
    public var proofs: [UndoProof]?

    /// Whether it is put back, or never needed to be.
    public var isUndone: Bool {
      intent.undo.isEmpty || proofs.map { $0.allSatisfy(\.isProved) } ?? false
    }

    /// When it must be put back, as a time since boot.
    public var deadline: Duration? { intent.deadline.map { .nanoseconds($0) } }
  }

  /// A rollback that waits for the end of the run, or has had its turn.
  public struct Rollback: Sendable, Hashable {
    public var command: Command
    public var result: CommandResult?

    /// Whether it has run; one that could not be started has not, and is tried again.
    public var hasRun: Bool {
      guard let result else { return false }
      if case .notStarted = result.ending { return false }
      return true
    }
  }

  public private(set) var run = ""
  public private(set) var title = ""
  public private(set) var bootID = ""
  /// The inode of the pid namespace in which the process ids of this ledger have their meaning.
  public private(set) var pidNamespace: UInt64 = 0
  public private(set) var agent: ProcessIdentity?
  public private(set) var guardian: ProcessIdentity?
  /// When the run must be over, as a time since boot.
  public private(set) var deadline: Duration?
  /// In the order of their intents.
  public private(set) var steps: [Step] = []
  public private(set) var rollbacks: [Rollback] = []
  public private(set) var isClosed = false
  /// The number of the last entry.
  public private(set) var entryCount = 0
  /// The places of lines, from one, that were damaged after they were written, or before which lines
  /// are missing.
  public private(set) var damagedLines: [Int] = []
  /// The version of this program that wrote lines which this one can't read; nil if it reads all.
  public private(set) var newerVersion: Int?
  /// How many lines a ledger that was read has or had, damaged ones included; the next entry's number
  /// is one more.
  public private(set) var lineCount = 0
  /// Where the last line ends, in bytes; what follows was torn as it was written.
  public private(set) var wholeLength = 0

  /// The state of a ledger without entries.
  public init() {}

  /// Reads a ledger.
  ///
  /// What was torn at its end is left out: its effect cannot have happened, since an entry is on disk
  /// before what it announces. A damaged line before that is counted, and the rest is read, because
  /// every further undo is needed all the same: whatever stands between them, two lines whose end was
  /// lost for one, a whole line whose number is above that of the last one is what comes next.
  public init(reading bytes: [UInt8]) {
    var hasDamage = false
    for (index, line) in LedgerText(bytes).lines.enumerated() {
      // A line has more than one byte, so that no number is above that of the bytes up to it.
      if let (entry, sequence) = line.whole, sequence > entryCount, sequence <= line.end {
        // Lines are missing, and nothing is left of them.
        if sequence > entryCount + 1, !hasDamage { damagedLines.append(index + 1) }
        apply(entry)
        entryCount = sequence
        hasDamage = false
      } else if !line.bytes.isEmpty {
        damagedLines.append(index + 1)
        hasDamage = true
        if let version = LedgerLine.newerVersion(of: line.bytes) { newerVersion = version }
      }
      lineCount = max(index + 1, entryCount)
      if line.isEnded { wholeLength = line.end }
    }
  }

  /// Adds an entry.
  public mutating func apply(_ entry: LedgerEntry) {
    entryCount += 1
    switch entry {
    case .opened(let run, let title, let bootID, let pidNamespace, let agent, let deadline):
      self.run = run
      self.title = title
      self.bootID = bootID
      self.pidNamespace = pidNamespace
      self.agent = agent
      self.deadline = deadline.map { .nanoseconds($0) }
    case .guardian(let process): guardian = process
    case .intent(let intent): steps.append(Step(intent: intent))
    case .started(let step, let session): change(step) { $0.session = session }
    case .injected(let step): change(step) { $0.isInjected = true }
    case .undoing(let step): change(step) { $0.isBeingUndone = true }
    case .undone(let step, let proofs): change(step) { $0.proofs = proofs }
    case .armed(let commands): rollbacks += commands.map { Rollback(command: $0) }
    case .rolledBack(let index, let result):
      if rollbacks.indices.contains(index) { rollbacks[index].result = result }
    case .closed: isClosed = true
    }
  }

  /// Takes back an intent that could not be written: nothing that follows it was done.
  mutating func forgetIntent(ofStep step: Int) {
    steps.removeAll { $0.intent.step == step && $0.proofs == nil }
  }

  /// Takes back rollbacks that could not be written.
  mutating func forgetRollbacks() {
    rollbacks = []
  }

  private mutating func change(_ step: Int, _ body: (inout Step) -> Void) {
    guard let index = steps.lastIndex(where: { $0.intent.step == step }) else { return }
    body(&steps[index])
  }

  /// A step of the method, if it is in the ledger.
  public func step(_ number: Int) -> Step? {
    steps.last { $0.intent.step == number }
  }

  /// The steps that are not put back yet, the newest first.
  public var pendingSteps: [Step] { steps.filter { !$0.isUndone }.reversed() }

  /// The rollbacks that have not run, with their places.
  public var pendingRollbacks: [(index: Int, command: Command)] {
    rollbacks.enumerated().filter { !$0.element.hasRun }
      .map { ($0.offset, $0.element.command) }
  }

  /// Whether there is nothing left to do for anyone.
  public var isSettled: Bool {
    pendingSteps.isEmpty && pendingRollbacks.isEmpty && damagedLines.isEmpty
  }

  /// Whether nobody need act for its agent: there is nothing to undo, and no action goes on.
  public var isIdle: Bool { isSettled && openSessions.isEmpty }

  /// The sessions of actions whose command was not seen to end; none once the ledger is closed.
  public var openSessions: [ProcessIdentity] {
    guard !isClosed else { return [] }
    return steps.filter { !$0.isInjected }.compactMap(\.session)
  }

  /// The earliest time at which a step must be put back, or the run be over.
  ///
  /// An undo that has begun may take as long as its commands may, which run one after the other; and
  /// what was tried and could not be proved is not tried again by the clock.
  public var earliestDeadline: Duration? {
    let waiting = pendingSteps.filter { $0.proofs == nil }
    let working = waiting.filter(\.isBeingUndone).flatMap(\.intent.undo).map(\.timeout)
    let allowance = working.reduce(Self.readBack, +)
    let ofSteps = waiting.compactMap { step in
      step.deadline.map { step.isBeingUndone ? $0 + allowance : $0 }
    }
    return (ofSteps + [endOfRun(waiting)].compactMap(\.self)).min()
  }

  /// When nothing of the run can be under way any more: its end, with the time that every undo and
  /// rollback may take.
  public var latestEnd: Duration? {
    let commands =
      steps.flatMap(\.intent.undo).map(\.timeout) + rollbacks.map(\.command.timeout)
    return deadline.map { commands.reduce($0 + Self.readBack, +) }
  }

  /// When everything that waits must be done, with the time that its commands may take.
  private func endOfRun(_ waiting: [Step]) -> Duration? {
    let rollbacks = pendingRollbacks.map(\.command.timeout)
    guard let deadline, !waiting.isEmpty || !rollbacks.isEmpty else { return nil }
    return (waiting.flatMap(\.intent.undo).map(\.timeout) + rollbacks)
      .reduce(deadline + Self.readBack, +)
  }

  /// What reading the state back may take beyond the commands.
  private static let readBack: Duration = .seconds(2)

  /// What the runner is told.
  public var status: LedgerStatus {
    LedgerStatus(
      run: run, isKnown: true, pending: pending, proofs: steps.flatMap { $0.proofs ?? [] },
      rollbacks: rollbackResults)
  }

  /// What the rollbacks came to that were tried, in their order.
  var rollbackResults: [CommandResult] { rollbacks.compactMap(\.result?.excerpt) }

  /// The rollbacks that have run and failed, each with what it came to: they run once.
  public var failedRollbacks: [String] {
    rollbacks.compactMap { rollback in
      guard rollback.hasRun, let result = rollback.result, !result.isSuccess else { return nil }
      let evidence = Undo.run(rollback.command).evidence(of: result)
      return "rollback: \(evidence); it is not run again: \(rollback.command.shown)"
    }
  }

  /// What is not proved undone, each with the command that would do it.
  public var pending: [String] {
    var lines: [String] = []
    for step in pendingSteps {
      let proved = Set((step.proofs ?? []).filter(\.isProved).map(\.step))
      for undo in step.intent.undo.reversed() where !proved.contains(undo.shown) {
        let command = undo.manualCommand(holder: step.intent.holder)
        lines.append("\(step.intent.kind): \(undo.shown): \(command)")
      }
    }
    for (index, command) in pendingRollbacks {
      let reason = rollbacks[index].result.map { " (\($0.summary))" } ?? ""
      lines.append("rollback\(reason): \(command.shown)")
    }
    if let newerVersion {
      lines.append(
        "the ledger is of format \(newerVersion), which only a newer jenner-agent can read")
    } else {
      for line in damagedLines { lines.append("the ledger is damaged in line \(line)") }
    }
    return lines
  }
}

extension Undo {
  /// The longest that the step may take.
  public var timeout: Duration {
    switch self {
    case .resume, .release, .dismiss: .zero
    case .clear, .run: command?.timeout ?? .zero
    }
  }

  /// What a person would type to do the same.
  public func manualCommand(holder: ProcessIdentity?) -> String {
    switch self {
    case .release: holder.map { "kill -KILL \($0.pid)" } ?? "nothing was held"
    case .dismiss: holder.map { "kill -KILL \($0.pid)" } ?? "nothing was held"
    case .resume(let process): "kill -CONT \(process.pid)"
    case .clear(let objects):
      objects.manualCommands.map { $0.map(\.shellQuoted).joined(separator: " ") }
        .joined(separator: "; ")
    case .run(let command): command.shown
    }
  }
}
