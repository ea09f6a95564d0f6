public import Model

/// What an unwinding asks for.
public enum UnwindingEffect: Sendable, Hashable {
  /// To be written if possible; the undo goes on all the same.
  case note(LedgerEntry)
  /// Answered by `sent`.
  case send(Signal, ProcessIdentity)
  /// Answered by `ran`; at most one command runs at a time.
  case run(Command)
}

/// What became of what an unwinding asked for.
public enum UnwindingEvent: Sendable, Hashable {
  case sent(ProcessIdentity, SignalOutcome)
  case ran(CommandResult)
  /// The time of `nextWake` has come.
  case wake
}

/// What became of a signal.
public enum SignalOutcome: Sendable, Hashable {
  case delivered
  /// The process named has ended.
  case gone
  case failed(String)
}

/// Puts steps back and runs rollbacks: the same for the agent, the guardian and `recover`.
///
/// What needs no new process comes first, since it is quickest and needs least; then commands;
/// then rollbacks. Each in reverse order of the injection, rollbacks in their own. It goes on after
/// a failure. A state machine: it does nothing itself.
public struct Unwinding: Sendable {
  fileprivate struct Task: Sendable {
    var step: Int
    var undo: Undo
    var holder: ProcessIdentity?
    var proof: UndoProof?
    /// Whether its command was killed by somebody, and is run once more.
    var isRepeated = false

    /// Whether it clears what is gone with the machine.
    var isClearing: Bool {
      if case .clear = undo { true } else { false }
    }

    /// The signal that it takes; nil for a command.
    var signal: (signal: Signal, process: ProcessIdentity)? {
      switch undo {
      case .resume(let process): (.resume, process)
      case .release: holder.map { (.kill, $0) }
      // It lets the connections that go through it come to an end.
      case .dismiss: holder.map { (.terminate, $0) }
      case .clear, .run: nil
      }
    }
  }

  private var quick: [Task]
  private var commands: [Task]
  private var rollbacks: [(index: Int, command: Command)]
  private let steps: [Int]
  private var reported: Set<Int> = []
  private var readBackUntil: Duration?
  private var isRunningCommand = false
  private var isPatient = true

  /// Steps whose commands wait, since another unwinding is at a newer one.
  var waitingSteps: Set<Int> = []
  /// Whether the rollbacks wait, since another unwinding is at some step.
  var doRollbacksWait = false

  /// The proofs of each step that is through.
  public private(set) var proofs: [Int: [UndoProof]] = [:]
  /// The results of the rollbacks that have run, in order.
  public private(set) var rollbackResults: [CommandResult] = []
  /// Whether everything has been tried.
  public private(set) var isFinished = false
  /// When it wants to look again.
  public private(set) var nextWake: Duration?

  /// How long a state may take to be as it was before.
  public static let readBackLimit: Duration = .seconds(1)
  /// After so much of it, one that has been asked to end and has not is killed.
  private static let courtesy: Duration = .milliseconds(800)
  private static let readBackInterval: Duration = .milliseconds(5)

  /// Makes an unwinding of steps, the newest first, and of rollbacks, in their order.
  ///
  /// Where the ledger's processes are known to be gone only commands are left to run. Of an earlier
  /// boot those of authors are: nothing that clearing looks for outlives the machine, and what has its
  /// name now is another's.
  public init(
    steps: [LedgerState.Step], rollbacks: [(index: Int, command: Command)] = [],
    processesAreGone disappearance: Disappearance? = nil
  ) {
    let tasks = steps.flatMap { step in
      step.intent.undo.reversed().map {
        Task(
          step: step.intent.step, undo: $0, holder: step.intent.holder,
          proof: step.proof(ofCommand: $0))
      }
    }
    self.steps = steps.map(\.intent.step)
    self.rollbacks = rollbacks
    quick = tasks.filter { !$0.undo.needsProcess }
    commands = tasks.filter(\.undo.needsProcess)
    if let disappearance {
      for index in quick.indices { quick[index].prove(true, disappearance.reason) }
    }
    if disappearance == .boot {
      for index in commands.indices where commands[index].isClearing {
        commands[index].prove(true, Disappearance.boot.reason)
      }
    }
  }

  /// Begins.
  public mutating func start(at now: Duration, on host: any Host) -> [UnwindingEffect] {
    var effects = steps.map { UnwindingEffect.note(.undoing(step: $0)) }
    // The signals go out before anything is written: a stopped process must not wait for a disk.
    var addressed: Set<ProcessIdentity> = []
    let signals = quick.compactMap { task -> UnwindingEffect? in
      guard task.proof == nil, let (signal, process) = task.signal,
        addressed.insert(process).inserted
      else { return nil }
      return .send(signal, process)
    }
    effects = signals + effects
    if !quick.isEmpty { readBackUntil = now + Self.readBackLimit }
    return effects + proceed(at: now, on: host)
  }

  /// Takes notice of what happened, and goes on.
  public mutating func handle(
    _ event: UnwindingEvent, at now: Duration, on host: any Host
  ) -> [UnwindingEffect] {
    var effects: [UnwindingEffect] = []
    switch event {
    case .wake: break
    case .sent(let process, let outcome): sent(to: process, outcome)
    case .ran(let result): effects += ran(result)
    }
    return effects + proceed(at: now, on: host)
  }

  /// Delivered is not proved, and a holder that is gone is not either: the state is read back.
  private mutating func sent(to process: ProcessIdentity, _ outcome: SignalOutcome) {
    guard case .failed(let reason) = outcome else { return }
    for index in quick.indices where quick[index].proof == nil {
      if quick[index].signal?.process == process { quick[index].prove(false, reason) }
    }
  }

  private mutating func ran(_ result: CommandResult) -> [UnwindingEffect] {
    isRunningCommand = false
    if let index = commands.firstIndex(where: { $0.proof == nil }) {
      // Clearing may be repeated; one that was killed has shown nothing of what it clears.
      if case .clear = commands[index].undo, case .signalled = result.ending,
        !commands[index].isRepeated
      {
        commands[index].isRepeated = true
        return []
      }
      commands[index].prove(result.isSuccess, commands[index].undo.evidence(of: result))
      return []
    }
    guard !rollbacks.isEmpty else { return [] }
    let rollback = rollbacks.removeFirst()
    rollbackResults.append(result)
    return [.note(.rolledBack(index: rollback.index, result: result.excerpt))]
  }

  /// What is seen of a process that we let go.
  private static func evidence(of facts: ProcessFacts) -> String {
    let pid = facts.identity.pid
    guard let tracer = facts.tracer, facts.state == "t" else {
      return "process \(pid) runs again (state \(facts.state))"
    }
    return "process \(pid) was let go; process \(tracer) holds it now"
  }

  private mutating func proceed(at now: Duration, on host: any Host) -> [UnwindingEffect] {
    readBack(at: now, on: host)
    var effects = insist(at: now) + report()
    if quick.contains(where: { $0.proof == nil }) {
      nextWake = now + Self.readBackInterval
      return effects
    }
    nextWake = nil
    guard !isRunningCommand else { return effects }
    if let task = commands.first(where: { $0.proof == nil }), let command = task.undo.command {
      guard !waitingSteps.contains(task.step) else { return effects }
      isRunningCommand = true
      effects.append(.run(command))
    } else if let rollback = rollbacks.first {
      guard !doRollbacksWait else { return effects }
      isRunningCommand = true
      effects.append(.run(rollback.command))
    } else {
      isFinished = true
    }
    return effects
  }

  private mutating func readBack(at now: Duration, on host: any Host) {
    for index in quick.indices where quick[index].proof == nil {
      if case .dismiss = quick[index].undo {
        readBackHolder(index, at: now, on: host)
        continue
      }
      guard let process = quick[index].undo.process else { continue }
      let facts = host.process(process.pid)
      if host.hasEnded(process) {
        quick[index].prove(true, "process \(process.pid) has ended; there is nothing to resume")
      } else if let facts, facts.identity == process, !quick[index].isInForce(facts) {
        quick[index].prove(true, Self.evidence(of: facts))
      } else if let limit = readBackUntil, now >= limit {
        let seen = facts == nil ? "can't be read" : "is still stopped"
        quick[index].prove(
          false, "process \(process.pid) \(seen) after \(Self.readBackLimit.text)")
      }
    }
  }

  /// Kills the holders that were asked to end and have not: one that is stopped, or stuck.
  private mutating func insist(at now: Duration) -> [UnwindingEffect] {
    guard isPatient, let limit = readBackUntil, now >= limit - Self.readBackLimit + Self.courtesy
    else { return [] }
    isPatient = false
    return quick.compactMap { task in
      guard task.proof == nil, case .dismiss = task.undo, let holder = task.holder else {
        return nil
      }
      return .send(.kill, holder)
    }
  }

  /// With its holder a fault's tables go; that they are gone is seen by the command that clears.
  private mutating func readBackHolder(_ index: Int, at now: Duration, on host: any Host) {
    guard let holder = quick[index].holder else {
      return quick[index].prove(true, "nothing was held")
    }
    if host.hasEnded(holder) {
      quick[index].prove(true, "the holder, process \(holder.pid), has ended")
    } else if readBackUntil.map({ now >= $0 }) ?? false {
      quick[index].prove(
        false, "the holder, process \(holder.pid), lives after \(Self.readBackLimit.text)")
    }
  }

  /// The steps that it is not through with.
  var openSteps: Set<Int> { Set(steps).subtracting(reported) }

  /// Notes each step of which everything has been tried.
  private mutating func report() -> [UnwindingEffect] {
    var effects: [UnwindingEffect] = []
    for step in steps where !reported.contains(step) {
      let tasks = (quick + commands).filter { $0.step == step }
      let proofs = tasks.compactMap(\.proof)
      guard proofs.count == tasks.count else { continue }
      reported.insert(step)
      self.proofs[step] = proofs
      effects.append(.note(.undone(step: step, proofs: proofs)))
    }
    return effects
  }
}

extension Unwinding.Task {
  /// Whether a process still is as the effect left it.
  fileprivate func isInForce(_ facts: ProcessFacts) -> Bool {
    switch undo {
    // One that is traced is stopped in the end by its tracer, whom the signal is told first.
    case .resume: facts.isStopped || facts.state == "t"
    // What another tracer does to it, or a signal that came meanwhile, is not ours.
    case .release: facts.tracer != nil && facts.tracer == holder?.pid
    case .dismiss, .clear, .run: false
    }
  }

  fileprivate mutating func prove(_ isProved: Bool, _ evidence: String) {
    proof = UndoProof(step: undo.shown, isProved: isProved, evidence: evidence)
  }
}

extension LedgerState.Step {
  /// The proof of a command that has succeeded in an earlier attempt, and is not run again because
  /// another undo of its step was not proved.
  fileprivate func proof(ofCommand undo: Undo) -> UndoProof? {
    guard undo.needsProcess else { return nil }
    return proofs?.first { $0.isProved && $0.step == undo.shown }
  }
}

extension Undo {
  /// The process that a step lets go on; nil for a command.
  fileprivate var process: ProcessIdentity? {
    switch self {
    case .resume(let process), .release(let process): process
    case .dismiss, .clear, .run: nil
    }
  }

  /// What the result of its command shows.
  func evidence(of result: CommandResult) -> String {
    if case .clear = self, result.isSuccess {
      return result.output.split(separator: "\n").joined(separator: " ").limited
    }
    let errors = result.errors.split(whereSeparator: \.isNewline).joined(separator: " ").limited
    return "the command " + result.summary + (errors.isEmpty ? "" : ": \(errors)")
  }
}

extension CommandResult {
  /// The result with no more of its output than a ledger should hold.
  var excerpt: CommandResult {
    var result = self
    result.output = String(output.prefix(Limits.excerptLength))
    result.errors = String(errors.prefix(Limits.excerptLength))
    return result
  }
}
