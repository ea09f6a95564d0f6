internal import Agent
internal import Glibc
internal import Linux
internal import Model

/// The holder of rules: a process that makes devices, owns tables by its nft(8), and runs what answers
/// in user space; with its end all of that ends but the devices, which are inert then.
final class NetworkHolder {
  private let loop: EventLoop
  private let runner: CommandRunner
  private var lines = LineBuffer(limit: NetworkWord.lineLimit)
  private var order: NetworkOrder?
  private var owner: RuleOwner?
  private var server: RunningServer?
  private var probes: [DelayProbe] = []
  private var told: NetworkStatistics?
  private var deadline: Duration = .zero
  private var isHeld = false
  /// Whether the order's gates have been set: what is heard of them later is for the rules.
  private var isLive = false
  /// Whether it takes nothing new on any more: what comes and goes stays gone then.
  private var isLeaving = false

  /// Holds what the order on the socket says, until its deadline or until this process is killed.
  static func hold() -> Int32 {
    Companion.play { () throws(SystemError) in
      // Each connection through a proxy takes two.
      DescriptorLimit.raise()
      try NetworkHolder().run()
    }
  }

  private init() throws(SystemError) {
    // The launcher has asked for this too; executing a program may have cleared it.
    try ChildProcess.endWithParent()
    loop = try EventLoop()
    runner = CommandRunner(loop: loop, exactCapabilities: false)
  }

  private func run() throws(SystemError) {
    // Whoever ends the session ends the agent too, which then undoes in order.
    try loop.watch(signals: [.hangUp, .interrupt]) { _ in }
    try loop.watch(signals: [.terminate]) { [self] _ in leave() }
    try loop.watch(Companion.socket, for: .readable) { [self] _ in read() }
    SocketPair.send("ready\n", to: Companion.socket)
    loop.run()
  }

  private func read() {
    guard let bytes = SocketPair.receive(from: Companion.socket) else { return }
    // The end of the socket is the end of the agent.
    guard !bytes.isEmpty else { return loop.stop() }
    for line in lines.append(bytes) {
      switch NetworkWord(line: line) {
      case .hold(let order)? where self.order == nil: begin(order)
      case .gate(let step, let until)?: setGate(step, until: until)
      default: refuse("the order can't be read")
      }
    }
    if lines.isOverlong { refuse("the order is too long") }
  }

  private func refuse(_ reason: String) {
    SocketPair.send(reason.limited + "\n", to: Companion.socket)
    loop.stop()
  }

  // MARK: Holding

  private func begin(_ order: NetworkOrder) {
    self.order = order
    deadline = .nanoseconds(order.deadline)
    loop.schedule(at: deadline) { [self] in loop.stop() }
    do throws(SystemError) {
      if let namespace = order.rules.namespace { try NetworkEntry.enter(namespace) }
    } catch {
      return refuse(error.description)
    }
    do throws(ServerProblem) {
      server = try order.rules.server.map { (settings) throws(ServerProblem) in
        try RunningServer(settings, on: loop)
      }
    } catch {
      return refuse(error.text)
    }
    makeLinks(order.rules.linkCommands[...])
  }

  private func makeLinks(_ commands: ArraySlice<[String]>) {
    guard let argv = commands.first else { return own() }
    var command = Command(argv: argv, timeout: .seconds(5))
    command.environment["PATH"] = CommandEnvironment.toolPath
    runner.run(command, for: .probe) { [self] result in
      guard result.isSuccess else {
        return refuse(
          "\(command.shown): \(result.summary)"
            + (result.errors.isEmpty ? "" : ": \(result.errors.limited)"))
      }
      makeLinks(commands.dropFirst())
    }
  }

  private func own() {
    guard let rules = order?.rules else { return }
    guard let table = rules.tables.last else { return confirm() }
    do throws(SystemError) {
      let owner = try RuleOwner(on: loop) { [self] in loop.stop() }
      self.owner = owner
      let script = server?.withPorts(rules.script) ?? rules.script
      owner.perform(script, thenListing: table) { [self] complaint in
        if let complaint { return refuse("nft: \(complaint)") }
        goLive(table)
      }
    } catch {
      refuse(error.description)
    }
  }

  /// The rules stand, inert; from here on packets are touched.
  private func goLive(_ table: NetworkRules.Table) {
    guard let order else { return }
    isLive = true
    var commands = order.rules.live.map { $0.adding(for: timeOn) }
    for gate in order.rules.gates {
      guard let until = order.openGates[gate.step] else { continue }
      commands += opening(gate, until: until)
    }
    owner?.perform(commands, thenListing: table) { [self] complaint in
      if let complaint { return refuse("nft: \(complaint)") }
      confirm()
    }
  }

  private func confirm() {
    isHeld = true
    SocketPair.send("held\n", to: Companion.socket)
    scheduleCycle()
    probes = order?.rules.links.compactMap { DelayProbe($0, on: loop) } ?? []
    tell()
  }

  // MARK: What is seen here alone

  /// What was last seen before the end of a fault stands in its record.
  private static let interval: Duration = .milliseconds(20)

  /// Says what the server has done, or what the probes have measured, whenever that has changed.
  private func tell() {
    guard server != nil || !probes.isEmpty else { return }
    let statistics = server?.statistics ?? .delays(probes.map { $0.measurement })
    if statistics != told {
      told = statistics
      SocketPair.send(NetworkNews(statistics).line + "\n", to: Companion.socket)
    }
    if server == nil, probes.allSatisfy({ $0.isFinished }) { return }
    loop.schedule(after: Self.interval) { [self] in tell() }
  }

  /// Takes nothing new on, lets go on what goes through the server, for a moment, and ends.
  private func leave() {
    isLeaving = true
    guard let server, isHeld else { return loop.stop() }
    for set in order?.rules.live ?? [] { owner?.note(set.flushing) }
    server.drain { [self] in loop.stop() }
  }

  // MARK: Coming and going

  private var remaining: Duration { max(deadline - loop.now, .milliseconds(1)) }

  /// How long the rules have force from now on: the kernel ends it by itself.
  private var timeOn: Duration {
    guard let cycle = order?.rules.cycle else { return remaining }
    return min(.seconds(cycle.onSeconds), remaining)
  }

  private func scheduleCycle() {
    guard let rules = order?.rules, let cycle = rules.cycle else { return }
    loop.schedule(after: .seconds(cycle.onSeconds)) { [self] in
      if !isLeaving { server?.rest(true) }
    }
    loop.schedule(after: .seconds(cycle.onSeconds + cycle.offSeconds)) { [self] in
      guard !isLeaving else { return }
      server?.rest(false)
      for set in rules.live { owner?.note(set.adding(for: timeOn)) }
      scheduleCycle()
    }
  }

  // MARK: Sharing packets with the faults of other steps

  private func setGate(_ step: Int, until: Int64?) {
    guard let gate = order?.rules.gates.first(where: { $0.step == step }) else { return }
    // Of steps that begin together the other may be ordered while this one's rules are being made.
    guard isLive else {
      order?.openGates[step] = until
      return
    }
    let commands = until.map { opening(gate, until: $0) } ?? gate.sets.map(\.flushing)
    for command in commands { owner?.note(command) }
  }

  private func opening(_ gate: NetworkRules.Gate, until: Int64) -> [String] {
    let time = max(.nanoseconds(until) - loop.now, .milliseconds(1))
    return gate.sets.map { $0.adding(for: time) }
  }
}
