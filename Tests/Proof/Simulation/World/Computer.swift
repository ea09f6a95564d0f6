import Agent
import Model

/// A simulated computer: processes, a disk, locks and a clock that starts with each boot.
final class Computer {
  let world: World
  let number: Int
  let table = ProcessTable()
  let disk = SimulatedDisk()
  private(set) var bootID: String
  private var bootCount = 0
  private var bootedAt: Duration
  private(set) var isAwake = true
  private(set) var programs: [Program] = []
  /// By target, the program that has locked it.
  var targetLocks: [ProcessIdentity: ProcessIdentity] = [:]
  /// By ledger, the program that has locked it.
  var ledgerLocks: [String: ProcessIdentity] = [:]
  private(set) var commands: [RunningCommand] = []
  /// Processes that signals do not reach.
  var immovable: Set<ProcessIdentity> = []
  /// Processes that signals reach without effect: they are in the kernel, and do not come back.
  var deaf: Set<ProcessIdentity> = []
  /// Who stopped which process.
  private(set) var stops: [ProcessIdentity: Stop] = [:]
  /// When someone else stopped a process last.
  private(set) var strangersStops: [ProcessIdentity: Duration] = [:]
  private var nextPid: Int32 = 100
  private var startCount: UInt64 = 0
  let oracle: Oracle
  /// How often commands of authors fail or hang here.
  var commandTroubles = 0.0
  var refusesPrivileges = false
  var refusesGuardians = false
  var refusesHolders = false
  /// How often rules can't be made here.
  var ruleTroubles = 0.0
  /// By place of traffic, the program that has locked it.
  var trafficLocks: [TrafficKey: ProcessIdentity] = [:]
  var guardiansHang = false
  /// Ledgers that `recover` rightly leaves as they are.
  var unrecoverable: Set<String> = []

  enum Stop: Equatable {
    case ours
    case stranger
  }

  static let pidNamespace: UInt64 = 5
  static let endedNamespace: UInt64 = 7

  init(_ number: Int, in world: World, oracle: Oracle) {
    self.world = world
    self.number = number
    self.oracle = oracle
    bootID = "boot-\(number)-0"
    // Clocks of hosts have nothing to do with one another.
    bootedAt = world.now - .seconds(100 * (number + 1))
  }

  /// CLOCK_BOOTTIME.
  var clock: Duration { world.now - bootedAt }

  /// When the clock will show a time.
  func worldTime(of time: Duration) -> Duration { bootedAt + time }

  // MARK: Processes

  /// Starts a process; ids come round quickly, so that those of the dead are used again.
  func startProcess(_ name: String, pid: Int32? = nil) -> ProcessIdentity {
    startCount += 1
    while table[nextPid] != nil { nextPid = nextPid >= 140 ? 100 : nextPid + 1 }
    let identity = ProcessIdentity(pid: pid ?? nextPid, startTime: startCount)
    nextPid = nextPid >= 140 ? 100 : nextPid + 1
    table[identity.pid] = ProcessFacts(
      identity: identity, parent: 1, state: "S", commandLine: [name],
      executable: "/usr/bin/\(name)", userID: 1_000, userName: "user", cgroups: ["/"])
    return identity
  }

  func facts(of process: ProcessIdentity) -> ProcessFacts? {
    table[process.pid].flatMap { $0.identity == process ? $0 : nil }
  }

  /// Does what the kernel does with a signal that is sent through a pidfd.
  func send(_ signal: Signal, to process: ProcessIdentity, by sender: Stop) -> SignalOutcome {
    guard let facts = facts(of: process), !facts.isDead else { return .gone }
    if sender == .ours, immovable.contains(process) {
      return .failed("Operation not permitted")
    }
    world.note("signal", Int(process.pid), "\(signal.name) to \(process.pid) by \(sender)")
    if signal == .kill, let program = program(process) {
      program.end()
      return .delivered
    }
    if sender == .ours, signal == .resume, deaf.contains(process) { return .delivered }
    if sender == .ours, signal == .resume, world.random.happens(0.2) {
      // Delivered is not done: it takes the kernel a moment now and then.
      world.after(world.random.milliseconds(1...40)) { [self] in resume(process) }
      return .delivered
    }
    let isHeld = facts.tracer != nil
    switch signal {
    case .stop:
      if !isHeld { table.setState("T", of: process.pid) }
      if stops[process] == nil { stops[process] = sender }
      if sender == .stranger { strangersStops[process] = world.now }
    case .resume: resume(process)
    case .terminate: (program(process) as? RuleHolderProgram)?.leave()
    case .kill: endProcess(process)
    default: break
    }
    return .delivered
  }

  private func resume(_ process: ProcessIdentity) {
    guard let facts = facts(of: process), !facts.isDead else { return }
    stops[process] = nil
    guard facts.tracer == nil else { return }
    table.setState("S", of: process.pid)
    oracle.released(process, on: self)
  }

  func endProcess(_ process: ProcessIdentity) {
    guard facts(of: process) != nil else { return }
    table[process.pid] = nil
    stops[process] = nil
    oracle.released(process, on: self)
  }

  // MARK: Holds

  /// Stops a process by ptrace(2) for a holder; false if it is gone or held already.
  func hold(_ process: ProcessIdentity, by holder: Program) -> Bool {
    guard let facts = facts(of: process), !facts.isDead, facts.tracer == nil else { return false }
    world.note("hold", Int(process.pid), "\(process.pid) by \(holder.identity.pid)")
    table.change(process.pid) {
      $0.tracer = holder.identity.pid
      $0.state = "t"
    }
    return true
  }

  /// The kernel lets everything go that a holder held.
  func release(by holder: ProcessIdentity) {
    for facts in table.sorted where facts.tracer == holder.pid {
      world.note("release", Int(facts.identity.pid))
      table.change(facts.identity.pid) {
        $0.tracer = nil
        $0.state = stops[facts.identity] == nil ? "S" : "T"
      }
      if stops[facts.identity] != .ours { oracle.released(facts.identity, on: self) }
    }
  }

  /// Whether a process is stopped by us, in one way or the other.
  func isStoppedByUs(_ process: ProcessIdentity) -> Bool {
    stops[process] == .ours || facts(of: process)?.tracer != nil
  }

  // MARK: Programs

  func add(_ program: Program) { programs.append(program) }

  func remove(_ program: Program) {
    programs.removeAll { $0 === program }
    table[program.identity.pid] = nil
    targetLocks = targetLocks.filter { $0.value != program.identity }
    ledgerLocks = ledgerLocks.filter { $0.value != program.identity }
    trafficLocks = trafficLocks.filter { $0.value != program.identity }
    for command in commands where command.owner === program {
      drop(command)
      command.ownerEnded()
    }
  }

  func program(_ identity: ProcessIdentity) -> Program? {
    programs.first { $0.identity == identity }
  }

  // MARK: Commands

  func run(
    _ command: Command, by owner: Program, then finish: @escaping (CommandResult) -> Void
  ) -> RunningCommand {
    let running = RunningCommand(command, owner: owner, on: self, finish: finish)
    commands.append(running)
    oracle.commandStarted(command, on: self)
    running.start()
    return running
  }

  func drop(_ command: RunningCommand) {
    commands.removeAll { $0 === command }
  }

  // MARK: Power

  func wakePrograms() {
    for program in programs { program.wake() }
  }

  func suspend(for duration: Duration) {
    guard isAwake else { return }
    world.note("suspend", number)
    isAwake = false
    world.after(duration) { [self] in
      isAwake = true
      for program in programs { program.noteWaking() }
      wakePrograms()
    }
  }

  /// The power is cut, and comes back: nothing is left but what was durable.
  func reboot() {
    world.note("reboot", number)
    world.endAtOnce(programs)
    isAwake = true
    for process in table.sorted { table[process.identity.pid] = nil }
    table.network = SimulatedNetwork()
    stops = [:]
    immovable = []
    disk.losePower(&world.random)
    bootCount += 1
    bootID = "boot-\(number)-\(bootCount)"
    bootedAt = world.now
    oracle.rebooted(self)
  }
}
