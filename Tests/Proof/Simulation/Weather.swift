import Model

/// What goes wrong in one simulated run, and when.
struct Weather {
  private let simulation: Simulation
  private var random: SeededRandom
  private var world: World { simulation.world }

  init(over simulation: Simulation, random: SeededRandom) {
    self.simulation = simulation
    self.random = random
  }

  /// What is so from the beginning.
  mutating func prepare() {
    for computer in simulation.computers {
      if random.happens(0.25) { computer.commandTroubles = Double(random.number(1...5)) / 10 }
      if random.happens(0.2) { computer.disk.latency = 0...random.number(1...80) }
      if random.happens(0.01) { computer.refusesPrivileges = true }
      if random.happens(0.01) { computer.refusesGuardians = true }
      if random.happens(0.01) { computer.refusesHolders = true }
      if random.happens(0.05) { computer.ruleTroubles = 0.5 }
      if random.happens(0.4) {
        for victim in computer.victims { computer.table.protectFromTracing(victim.pid) }
      }
      if random.happens(0.01) { computer.guardiansHang = true }
      if random.happens(0.2) {
        var leftovers = Leftovers(on: computer, &random)
        leftovers.place()
      }
      if random.happens(0.05), let victim = random.element(of: computer.victims) {
        simulation.oracle.everImmovable.insert(victim)
        computer.deaf.insert(victim)
      }
      if random.happens(0.03) { computer.stopVictim(&random) }
    }
    if random.happens(0.1) { simulation.isIll = [0.2, 0.5, 1][random.number(0...2)] }
  }

  /// What strikes while the run goes on.
  mutating func begin() {
    if random.happens(0.15) { return }
    for _ in 0..<random.number(1...3) { plan(harm()) }
  }

  /// By the clock, or just after one of the steps that our programs take.
  private mutating func plan(_ strike: @escaping () -> Void) {
    let simulation = simulation
    let harm = { if !simulation.isOver { strike() } }
    if random.happens(0.5) {
      world.afterOperations(random.number(1...250), harm)
    } else {
      world.after(random.milliseconds(0...15_000), harm)
    }
  }

  private mutating func harm() -> () -> Void {
    let computer = random.element(of: simulation.computers) ?? simulation.computers[0]
    var own = random.branch()
    let simulation = simulation
    switch random.number(0...16) {
    case 0...2: return kill(on: computer, &own)
    case 3...5: return stop(on: computer, &own)
    case 6: return { computer.reboot() }
    case 7:
      let length = own.milliseconds(100...15_000)
      return { computer.suspend(for: length) }
    case 8: return interrupt(&own)
    case 9: return harmDisk(of: computer, &own)
    case 10, 11: return harmPipe(&own)
    case 12, 13: return harmVictims(on: computer, &own)
    case 14: return { RecoverProgram(on: computer) { _ in }.start() }
    case 15: return freezeRunner()
    default:
      let illness = Double(own.number(3...10)) / 10
      return { simulation.isIll = illness }
    }
  }

  /// SIGKILL to some of ours, or to all of them at once.
  private func kill(on computer: Computer, _ random: inout SeededRandom) -> () -> Void {
    let choice = random.happens(0.25) ? 4 : random.number(1...15)
    let refusesGuardians = random.happens(0.15)
    let simulation = simulation
    let oracle = simulation.oracle
    return {
      simulation.world.note("kill", choice)
      if refusesGuardians { computer.refusesGuardians = true }
      oracle.interruptions[computer.number, default: 0] += 1
      simulation.world.endAtOnce(simulation.chosen(choice, on: computer))
    }
  }

  /// SIGSTOP, and SIGCONT later; or a system call that takes so long.
  private func stop(on computer: Computer, _ random: inout SeededRandom) -> () -> Void {
    let choice = random.number(1...15)
    let length = random.milliseconds(100...(random.happens(0.5) ? 4_000 : 25_000))
    let pause: Program.Pause = random.happens(0.7) ? .stopped : .stuck
    let simulation = simulation
    return {
      let programs = simulation.chosen(choice, on: computer)
      for program in programs { program.stop(pause) }
      simulation.world.after(length) { for program in programs { program.resume() } }
    }
  }

  /// The runner lives, and beats, and does nothing else any more.
  private func freezeRunner() -> () -> Void {
    let simulation = simulation
    return {
      guard let runner = simulation.runner, runner.isRunnable else { return }
      simulation.world.note("freeze")
      runner.stop()
      for agent in simulation.agentsInOrder { agent.hearHeartbeats(for: 200) }
      simulation.world.after(.seconds(250)) { runner.end() }
    }
  }

  private func interrupt(_ random: inout SeededRandom) -> () -> Void {
    let signal: Signal = random.happens(0.5) ? .interrupt : .terminate
    let isAgent = random.happens(0.3)
    let isTwice = random.happens(0.2)
    let gap = random.milliseconds(1...1_000)
    let simulation = simulation
    return {
      if isAgent {
        for agent in simulation.agentsInOrder { agent.lose("signal \(signal.name)") }
        return
      }
      simulation.runner?.interrupt(signal)
      if isTwice { simulation.world.after(gap) { simulation.runner?.end() } }
    }
  }

  private func harmDisk(of computer: Computer, _ random: inout SeededRandom) -> () -> Void {
    let health: SimulatedDisk.Health = [.full, .failing, .readOnly][random.number(0...2)]
    let length = random.happens(0.5) ? random.milliseconds(1...3_000) : nil
    let oracle = simulation.oracle
    return {
      computer.world.note("disk", computer.number, "\(health)")
      oracle.troubledDisks.insert(computer.number)
      computer.disk.health = health
      if let length { computer.world.after(length) { computer.disk.health = .sound } }
    }
  }

  private func harmPipe(_ random: inout SeededRandom) -> () -> Void {
    let choice = random.number(0...6)
    let isLasting = random.happens(0.3)
    let length = random.milliseconds(100...8_000)
    let draw = Int(random.next() >> 33)
    let simulation = simulation
    return {
      let hosts = simulation.places.keys.sorted()
      let host = hosts[draw % hosts.count]
      guard let pipe = simulation.runner?.pipe(to: host) else { return }
      if isLasting { simulation.unreachable.insert(host) }
      switch choice {
      case 0, 1: pipe.cut()
      case 2: pipe.dieSilently(toAgent: true, toRunner: true)
      case 3: pipe.dieSilently(toAgent: true, toRunner: false)
      case 4: pipe.dieSilently(toAgent: false, toRunner: true)
      case 5: pipe.delay(for: length)
      default: pipe.garble(toAgent: draw % 2 == 0)
      }
    }
  }

  private func harmVictims(on computer: Computer, _ random: inout SeededRandom) -> () -> Void {
    var own = random.branch()
    let oracle = simulation.oracle
    return {
      guard let victim = own.element(of: computer.victims) else { return }
      switch own.number(0...6) {
      case 0: computer.endProcess(victim)
      case 1, 2:
        computer.endProcess(victim)
        let name = own.happens(0.5) ? "stranger" : "victim"
        let heir = computer.startProcess(name, pid: victim.pid)
        if own.happens(0.6) { _ = computer.send(.stop, to: heir, by: .stranger) }
      case 3: _ = computer.send(.stop, to: victim, by: .stranger)
      case 4: _ = computer.send(.resume, to: victim, by: .stranger)
      case 5:
        oracle.everImmovable.insert(victim)
        computer.deaf.insert(victim)
      default:
        oracle.everImmovable.insert(victim)
        computer.immovable.insert(victim)
      }
    }
  }
}

extension Simulation {
  var agentsInOrder: [AgentProgram] {
    agents.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Of the runner, and the agents, guardians and holders of a computer, those whose bit is set.
  func chosen(_ choice: Int, on computer: Computer) -> [Program] {
    var chosen: [Program] = []
    if choice & 1 != 0, let runner { chosen.append(runner) }
    if choice & 2 != 0 { chosen += computer.programs.filter { $0 is AgentProgram } }
    if choice & 4 != 0 {
      chosen += computer.programs.filter { $0 is GuardianProgram || $0 is RecoverProgram }
    }
    if choice & 8 != 0 { chosen += computer.programs.filter { $0 is HolderProgram } }
    return chosen.filter(\.isAlive)
  }
}

extension Computer {
  var victims: [ProcessIdentity] {
    table.sorted.filter { $0.programName == "victim" }.map(\.identity)
  }

  func stopVictim(_ random: inout SeededRandom) {
    guard let victim = random.element(of: victims) else { return }
    _ = send(.stop, to: victim, by: .stranger)
  }

  /// Everything that is in the way goes out of it.
  func calm() {
    disk.health = .sound
    immovable = []
    deaf = []
    commandTroubles = 0
    guardiansHang = false
    refusesGuardians = false
    refusesHolders = false
    ruleTroubles = 0
    for program in programs { program.resume() }
  }
}
