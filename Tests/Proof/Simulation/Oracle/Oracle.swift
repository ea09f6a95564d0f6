import Agent
import Model

/// Watches a simulated world from outside, and knows what really happened in it.
///
/// It asserts the invariants of the design at every step; it never asks our programs, only the
/// processes, the disk and the commands.
final class Oracle {
  let world: World
  /// By computer and name.
  private(set) var ledgers: [LedgerKey: GuardedLedger] = [:]
  private(set) var commands: [CommandKey: CommandHistory] = [:]
  /// By computer: how often a program of ours was killed, fenced ones too.
  var interruptions: [Int: Int] = [:]
  /// Computers whose disk did not always do what it was told.
  var troubledDisks: Set<Int> = []
  /// Processes that signals did not always reach.
  var everImmovable: Set<ProcessIdentity> = []
  var mayTouch = true

  init(of world: World) { self.world = world }

  struct LedgerKey: Hashable {
    var computer: Int
    var name: String
  }

  struct CommandKey: Hashable {
    var computer: Int
    var argv: [String]
  }

  /// What became of a command of an author.
  struct CommandHistory {
    var starts = 0
    var ends = 0
    var successes = 0
    var failures: Int { ends - successes }
    var isRunning: Bool { starts > ends }
  }

  func ledger(_ name: String, on computer: Computer) -> GuardedLedger? {
    ledgers[LedgerKey(computer: computer.number, name: name)]
  }

  func history(of command: Command, on computer: Computer) -> CommandHistory {
    commands[CommandKey(computer: computer.number, argv: command.argv)] ?? CommandHistory()
  }

  // MARK: Programs

  func opened(_ name: String, by agent: AgentProgram) {
    let key = LedgerKey(computer: agent.computer.number, name: name)
    let ledger = GuardedLedger(name: name, agent: agent)
    ledgers[key] = ledger
    checkNothingIsLeft(before: ledger)
    checkEnd(of: ledger)
  }

  /// A run begins on a host on which no earlier one has anything in force.
  private func checkNothingIsLeft(before ledger: GuardedLedger) {
    let known = Set(ledgers.values.flatMap(\.faults).map(\.process))
    for process in ledger.computer.table.sorted.map(\.identity)
    where ledger.computer.isStoppedByUs(process) && !known.contains(process) {
      world.violate("what an earlier run left is cleared before one begins")
    }
    let isShared = ledgers.values.contains { $0 !== ledger && $0.computer === ledger.computer }
    if !isShared, !ledger.computer.table.network.isEmpty {
      world.violate("what an earlier run left is cleared before one begins")
    }
  }

  /// An agent is through at the run's limit, however the runner is.
  private func checkEnd(of ledger: GuardedLedger) {
    guard let state = ledger.computer.disk.ledger(ofRun: ledger.name), let end = state.deadline
    else { return }
    world.at(ledger.computer.worldTime(of: end) + .seconds(30)) { [weak self] in
      let agent = ledger.agent
      guard let self, agent.isRunnable, world.now - agent.runnableSince > .seconds(40) else {
        return
      }
      world.violate("a run is over at its limit")
    }
  }

  func guardianStarted(_ guardian: GuardianProgram, of name: String) {
    let ledger = ledger(name, on: guardian.computer)
    ledger?.guardian = guardian
    guardian.onEnd { [weak self, weak ledger] in
      guard let self, let ledger, ledger.guardian === guardian else { return }
      ledger.guardianEnded = world.now
      checkIsGuarded(ledger, since: world.now)
    }
  }

  /// A process runs again, or has ended.
  func released(_ process: ProcessIdentity, on computer: Computer) {
    for ledger in ledgers.values where ledger.computer === computer {
      ledger.faults.removeAll { $0.process == process }
    }
  }

  func rebooted(_ computer: Computer) {
    interruptions[computer.number, default: 0] += 1
    for ledger in ledgers.values where ledger.computer === computer {
      ledger.faults = []
      ledger.rules = []
    }
  }

  /// A guardian or `recover` is about to kill an agent.
  func fencing(_ agent: Program, of name: String, by program: Program) {
    interruptions[agent.computer.number, default: 0] += 1
    world.note("fence", Int(agent.identity.pid), "by \(program.identity.pid)")
    // One that has begun late, since its computer slept, and whose command hangs, can't.
    let isWaiting = agent.computer.commands.contains { $0.owner === agent }
    guard agent.isRunnable, !isWaiting, !troubledDisks.contains(agent.computer.number),
      world.now - agent.runnableSince > Self.patience(on: agent.computer)
    else { return }
    world.violate("an agent that can act is not fenced")
  }

  // MARK: Commands

  func commandStarted(_ command: Command, on computer: Computer) {
    commands[CommandKey(computer: computer.number, argv: command.argv), default: .init()]
      .starts += 1
  }

  func commandEnded(_ command: Command, _ result: CommandResult, on computer: Computer) {
    let key = CommandKey(computer: computer.number, argv: command.argv)
    commands[key, default: .init()].ends += 1
    if result.isSuccess { commands[key, default: .init()].successes += 1 }
  }

  // MARK: Limits

  /// How long a program that can act may take to end a fault, beyond what the design promises.
  static func patience(on computer: Computer) -> Duration {
    .milliseconds(1_500 + 25 * computer.disk.latency.upperBound)
  }
}

/// A ledger that was opened, and who is there to perform its undos.
final class GuardedLedger {
  let name: String
  let agent: AgentProgram
  var guardian: GuardianProgram? {
    didSet { guardianEnded = nil }
  }
  /// When the newest guardian ended.
  var guardianEnded: Duration?
  /// Processes that were stopped under it.
  var faults: [StoppedProcess] = []
  /// Rules that were held under it.
  var rules: [HeldRules] = []
  /// Effects that have been performed.
  var performed: Set<AgentWork> = []
  /// Steps of which some undo has begun.
  var undone: Set<Int> = []
  /// The rollbacks that are in it.
  private(set) var armed: [Command] = []
  /// By step, the author's command that puts it back.
  private(set) var undos: [Int: Command] = [:]
  /// By step, when the runner wants it undone at the latest.
  private(set) var deadlines: [Int: Duration] = [:]
  /// When its agent ended.
  private(set) var agentEnded: Duration?

  var computer: Computer { agent.computer }

  init(name: String, agent: AgentProgram) {
    self.name = name
    self.agent = agent
    agent.onEnd { [weak self] in self?.agentEnded = agent.world.now }
  }

  /// The runner has asked for something: what it said is what must be undone, whatever is written.
  func asked(_ request: Request, at now: Duration) {
    switch request {
    case .inject(let step, let seconds, let undo):
      undos[step] = undo
      deadlines[step] = now + .seconds(seconds)
    case .act(let step, _, let undo): undos[step] = undo
    default: break
    }
  }

  /// An entry is in the ledger for good.
  func appended(_ entry: LedgerEntry) {
    if case .armed(let commands) = entry { armed += commands }
  }

  /// The steps that have touched something.
  var touchedSteps: Set<Int> {
    Set(
      performed.compactMap { work in
        switch work {
        case .injection(let step, _), .action(let step): step
        default: nil
        }
      })
  }
}

/// A process that we have stopped.
struct StoppedProcess: Hashable {
  var process: ProcessIdentity
  var step: Int
  /// On the world's clock.
  var deadline: Duration
}
