import Model

/// A holder's process: it starts inert, holds what it is told, and what it holds goes on with its end.
class HolderProgram: Program {
  private let onNews: (News) -> Void
  private weak var agent: AgentProgram?
  private var isHolding = false

  enum News {
    case ready
    case held(String?)
    case ended
  }

  init(of agent: AgentProgram, onNews: @escaping (News) -> Void) {
    self.agent = agent
    self.onNews = onNews
    super.init("jenner-agent", on: agent.computer)
    // PR_SET_PDEATHSIG: also one that is stopped ends with its parent.
    agent.onEnd { [weak self] in self?.end() }
  }

  func start() {
    run(after: world.random.milliseconds(1...10)) { [self] in tell(.ready) }
  }

  func hold(_ processes: [ProcessIdentity], until deadline: Duration) {
    run(after: world.random.milliseconds(0...3)) { [self] in
      guard !isHolding else { return }
      isHolding = true
      world.at(computer.worldTime(of: deadline)) { [weak self] in self?.run { self?.end() } }
      for process in processes {
        world.countOperation()
        guard isAlive else { return }
        if !computer.hold(process, by: self) {
          tell(.held("process \(process.pid) is gone"))
          return end()
        }
      }
      tell(.held(nil))
    }
  }

  func tell(_ news: News) {
    agent?.run { [onNews] in onNews(news) }
  }

  override func ended() {
    computer.release(by: identity)
    tell(.ended)
  }
}
