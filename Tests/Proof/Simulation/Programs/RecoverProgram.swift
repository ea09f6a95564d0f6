import Agent
import Model

/// `jenner-agent recover`: the real policy over every ledger of a computer, one after the other.
final class RecoverProgram: Program {
  private let finish: (Bool) -> Void
  private var isClean = true
  private var waiting: [String] = []

  init(on computer: Computer, finish: @escaping (Bool) -> Void) {
    self.finish = finish
    super.init("jenner-agent", on: computer)
  }

  func start() {
    waiting = computer.disk.names
    run { [self] in next() }
  }

  private func next() {
    world.countOperation()
    guard isRunnable else { return run { [self] in next() } }
    guard !waiting.isEmpty else {
      let isClean = isClean
      end()
      return finish(isClean)
    }
    recover(waiting.removeFirst())
  }

  private func recover(_ name: String) {
    guard let ledger = computer.disk.ledger(ofRun: name) else { return next() }
    let decision = RecoveryPolicy.decide(
      ledger, agent: condition(of: ledger.agent.flatMap(computer.program)),
      isLocked: computer.ledgerLocks[name] != nil, bootID: computer.bootID,
      namespace: namespace(ledger.pidNamespace), at: computer.clock)
    world.note("recover", Int(identity.pid), "\(name): \(decision)")
    switch decision {
    case .remove:
      if let file = try? LedgerHandle(takingOver: name, by: self) {
        if file.state.isSettled { try? file.remove() }
        file.release()
      }
      next()
    case .leave: next()
    case .outOfReach:
      isClean = false
      next()
    case .finish(let disappearance): takeOver(name, processesAreGone: disappearance)
    case .takeOver: takeOver(name, processesAreGone: nil)
    }
  }

  private func condition(of agent: Program?) -> RecoveryPolicy.AgentCondition {
    guard let agent else { return .gone }
    return agent.isStopped ? .stopped : .running
  }

  private func namespace(_ inode: UInt64) -> RecoveryPolicy.Namespace {
    switch inode {
    case Computer.pidNamespace: .ours
    case Computer.endedNamespace: .gone
    default: .foreign
    }
  }

  private func takeOver(_ name: String, processesAreGone: Disappearance?) {
    Takeover(of: name, by: self, processesAreGone: processesAreGone) { [self] outcome in
      if let outcome, !(outcome.state.pending.isEmpty && outcome.problems.isEmpty) {
        isClean = false
      }
      run { [self] in next() }
    }.start()
  }
}
