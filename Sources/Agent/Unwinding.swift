public import Model

/// What an unwinding asks for.
public enum UnwindingEffect: Sendable, Hashable {
  /// To be written if possible; the undo goes on all the same.
  case note(LedgerEntry)
  /// Answered by `resumed`.
  case resume(ProcessIdentity)
  /// Answered by `ran`; at most one command runs at a time.
  case run(Command)
}

/// What became of what an unwinding asked for.
public enum UnwindingEvent: Sendable, Hashable {
  case resumed(ProcessIdentity, SignalOutcome)
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
    var proof: UndoProof?
  }

  private var quick: [Task]
  private var commands: [Task]
  private var rollbacks: [(index: Int, command: Command)]
  private let steps: [Int]
  private var reported: Set<Int> = []
  private var readBackUntil: Duration?
  private var isRunningCommand = false

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
  private static let readBackInterval: Duration = .milliseconds(5)

  /// Makes an unwinding of steps, the newest first, and of rollbacks, in their order.
  ///
  /// Of an earlier boot only commands are left to run: its processes are gone, and their ids may be
  /// those of others now.
  public init(
    steps: [LedgerState.Step], rollbacks: [(index: Int, command: Command)] = [],
    isOfEarlierBoot: Bool = false
  ) {
    let tasks = steps.flatMap { step in
      step.intent.undo.reversed().map { Task(step: step.intent.step, undo: $0) }
    }
    self.steps = steps.map(\.intent.step)
    self.rollbacks = rollbacks
    quick = tasks.filter { !$0.undo.needsProcess }
    commands = tasks.filter(\.undo.needsProcess)
    if isOfEarlierBoot {
      for index in quick.indices { quick[index].prove(true, "the machine was booted since") }
    }
  }

  /// Begins.
  public mutating func start(at now: Duration, on host: any Host) -> [UnwindingEffect] {
    var effects = steps.map { UnwindingEffect.note(.undoing(step: $0)) }
    // The signals go out before anything is written: a stopped process must not wait for a disk.
    let signals = quick.compactMap { task -> UnwindingEffect? in
      guard task.proof == nil else { return nil }
      if case .resume(let process) = task.undo { return .resume(process) }
      return nil
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
    case .resumed(let process, let outcome): resumed(process, outcome)
    case .ran(let result): effects += ran(result)
    }
    return effects + proceed(at: now, on: host)
  }

  private mutating func resumed(_ process: ProcessIdentity, _ outcome: SignalOutcome) {
    for index in quick.indices where quick[index].undo == .resume(process) {
      switch outcome {
      // Delivered is not proved: the state is read back.
      case .delivered: break
      case .gone:
        quick[index].prove(true, "process \(process.pid) has ended; there is nothing to resume")
      case .failed(let reason): quick[index].prove(false, reason)
      }
    }
  }

  private mutating func ran(_ result: CommandResult) -> [UnwindingEffect] {
    isRunningCommand = false
    if let index = commands.firstIndex(where: { $0.proof == nil }) {
      commands[index].prove(result.isSuccess, Self.evidence(of: result))
      return []
    }
    guard !rollbacks.isEmpty else { return [] }
    let rollback = rollbacks.removeFirst()
    rollbackResults.append(result)
    return [.note(.rolledBack(index: rollback.index, result: result.excerpt))]
  }

  private static func evidence(of result: CommandResult) -> String {
    let errors = result.errors.limited
    return "the command " + result.summary + (errors.isEmpty ? "" : ": \(errors)")
  }

  private mutating func proceed(at now: Duration, on host: any Host) -> [UnwindingEffect] {
    readBack(at: now, on: host)
    var effects = report()
    if quick.contains(where: { $0.proof == nil }) {
      nextWake = now + Self.readBackInterval
      return effects
    }
    nextWake = nil
    guard !isRunningCommand else { return effects }
    if let task = commands.first(where: { $0.proof == nil }), case .run(let command) = task.undo {
      isRunningCommand = true
      effects.append(.run(command))
    } else if let rollback = rollbacks.first {
      isRunningCommand = true
      effects.append(.run(rollback.command))
    } else {
      isFinished = true
    }
    return effects
  }

  private mutating func readBack(at now: Duration, on host: any Host) {
    for index in quick.indices where quick[index].proof == nil {
      guard case .resume(let process) = quick[index].undo else { continue }
      let facts = host.process(process.pid)
      if facts?.identity != process || facts?.isDead == true {
        quick[index].prove(true, "process \(process.pid) has ended; there is nothing to resume")
      } else if let facts, !facts.isStopped {
        quick[index].prove(true, "process \(process.pid) runs again (state \(facts.state))")
      } else if let limit = readBackUntil, now >= limit {
        quick[index].prove(
          false, "process \(process.pid) is still stopped after \(Self.readBackLimit.text)")
      }
    }
  }

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
  fileprivate mutating func prove(_ isProved: Bool, _ evidence: String) {
    proof = UndoProof(step: undo.shown, isProved: isProved, evidence: evidence)
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
