import Agent
import Model

/// A guardian's process: the real policy, and what jenner-agent does about its decisions.
final class GuardianProgram: Program {
  private let ledger: String
  private let agent: ProcessIdentity
  private weak var agentProgram: AgentProgram?
  private(set) var isReady = false
  private var isAgentAlive = true
  private var isPoked = false
  private var isTakingOver = false
  private var alarm: Duration?
  private var attempts = 0

  init(of agent: AgentProgram, ledger: String) {
    self.ledger = ledger
    self.agent = agent.identity
    agentProgram = agent
    super.init("jenner-agent", on: agent.computer)
    computer.oracle.guardianStarted(self, of: ledger)
  }

  func start(whenReady: @escaping () -> Void) {
    let isSlow = world.random.happens(0.1)
    let delay = computer.guardiansHang ? 8_000...9_000 : isSlow ? 500...3_000 : 1...20
    run(after: world.random.milliseconds(delay)) { [self] in
      guard computer.disk.ledger(ofRun: ledger)?.agent == agent else { return end() }
      world.countOperation()
      guard isAlive else { return }
      watchAgent()
      isReady = true
      world.note("guardian", Int(identity.pid), "is ready for \(ledger)")
      if let agentProgram { agentProgram.run { whenReady() } }
      run { [self] in decide() }
    }
  }

  private func watchAgent() {
    let agentEnded = { [weak self] in
      guard let self else { return }
      run { [self] in
        isAgentAlive = false
        decide()
      }
    }
    if let agentProgram { agentProgram.onEnd(agentEnded) } else { agentEnded() }
  }

  /// The ledger has changed.
  func poke() {
    guard isReady, !isPoked else { return }
    isPoked = true
    run(after: world.random.milliseconds(0...5)) { [self] in
      isPoked = false
      decide()
    }
  }

  private func decide() {
    guard isAlive, !isTakingOver else { return }
    guard let state = computer.disk.ledger(ofRun: ledger) else { return end() }
    alarm = nil
    switch GuardianPolicy.decide(state, isAgentAlive: isAgentAlive, at: computer.clock) {
    case .leave:
      computer.oracle.leaving(self, ledger, isAgentAlive: isAgentAlive)
      end()
    case .wait(let time):
      alarm = time
      if let time {
        world.at(computer.worldTime(of: time)) { [weak self] in
          self?.run { [weak self] in
            if self?.alarm == time { self?.decide() }
          }
        }
      }
    case .takeOver(let reason): takeOver(reason)
    }
  }

  private func takeOver(_ reason: String) {
    world.note("takeover", Int(identity.pid), "\(ledger): \(reason)")
    isTakingOver = true
    Takeover(of: ledger, by: self, processesAreGone: nil) { [self] outcome in
      isTakingOver = false
      if let outcome, !outcome.problems.isEmpty, attempts < 600 {
        attempts += 1
        run(after: .seconds(1)) { [self] in decide() }
        return
      }
      end()
    }.start()
  }
}
