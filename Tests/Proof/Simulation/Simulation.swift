import Agent
import Model
import Runner

/// One simulated experiment from its plan to the end of everything, and `recover` after it.
final class Simulation {
  let seed: UInt64
  let world: World
  let oracle: Oracle
  var computers: [Computer] { world.computers }
  private(set) var runner: RunnerProgram?
  private(set) var agents: [String: AgentProgram] = [:]
  private(set) var outcome = "no record"
  /// By host, the computer that it is.
  private(set) var places: [String: Computer] = [:]
  /// Hosts that can't be reached anew.
  var unreachable: Set<String> = []
  var isIll = 0.0
  /// Whether the weather is over, for `recover` to be judged.
  private(set) var isOver = false
  /// How long the weather lasts.
  static let season: Duration = .seconds(25)
  /// No run may take more events than this.
  static let eventLimit = 40_000

  init(seed: UInt64, keepsWords: Bool) {
    self.seed = seed
    world = World(seed: seed, keepsWords: keepsWords)
    oracle = Oracle(of: world)
  }

  /// Runs to the end; what was broken stands in `world.violations`.
  func run() {
    do {
      let random = try RandomExperiment(&world.random)
      makeComputers(for: random.hosts)
      var weather = Weather(over: self, random: world.random.branch())
      weather.prepare()
      guard let specification = try plan(random) else { return conclude() }
      begin(specification)
      weather.begin()
      proceed(until: { [self] in runner?.isAlive == false }, within: .seconds(300), "a run ends")
    } catch let failure as PlanFailure {
      world.note("refused", 0, failure.message)
      outcome = "refused to plan"
    } catch {
      world.violate("an experiment can be read: \(error)")
    }
    conclude()
  }

  private func makeComputers(for hosts: [String]) {
    let areOne = world.random.happens(0.2)
    for host in hosts {
      if areOne, let first = computers.first {
        places[host] = first
        continue
      }
      let computer = Computer(computers.count, in: world, oracle: oracle)
      world.computers.append(computer)
      for _ in 0..<world.random.number(2...4) { _ = computer.startProcess("victim") }
      _ = computer.startProcess("stranger")
      places[host] = computer
    }
  }

  // MARK: The run

  private func plan(_ random: RandomExperiment) throws -> RunSpecification? {
    let experiment = random.experiment
    let dialogue = Dialogue { [self] host in startAgent(on: host) }
    var planner = Planner(
      experiment: experiment, catalog: AgentProgram.catalog, sourceDigest: "0",
      seed: experiment.seed, dialogue: dialogue)
    defer { agents = dialogue.agents }
    var plan = try planner.plan()
    shortenDeadlines(of: &plan)
    var commands: [Int: Command] = [:]
    for (index, step) in experiment.steps.enumerated() {
      commands[index] = step.action?.revealed(with: [:])
    }
    let isDryRun = world.random.happens(0.03)
    oracle.mayTouch = !isDryRun
    return RunSpecification(
      runID: "run\(seed)", started: "2026-01-01T00:00:00Z", experiment: experiment, plan: plan,
      planDigest: "0",
      source: ExperimentSource(
        file: "simulated", digest: "0", description: nil, tags: [], owner: nil,
        configuration: [:], secretNames: []),
      tool: ToolFacts(version: JennerVersion.text), commands: commands,
      redaction: Redaction(secrets: [:]), isDryRun: isDryRun)
  }

  /// In some runs the times slip, and deadlines pass while everything lives.
  private func shortenDeadlines(of plan: inout Plan) {
    guard world.random.happens(0.25) else { return }
    for index in plan.steps.indices {
      plan.steps[index].deadlineSeconds = Double(world.random.number(3...20)) / 10
    }
  }

  private func startAgent(on host: String) -> AgentProgram? {
    guard let computer = places[host], computer.isAwake, !unreachable.contains(host) else {
      return nil
    }
    return AgentProgram(on: computer) { [unowned self, unowned computer] _ in
      observation(of: computer)
    }
  }

  private func begin(_ specification: RunSpecification) {
    let home = places["local"] ?? computers[0]
    let latency = world.random.element(of: [0...1, 1...5, 1...30]) ?? 0...1
    let runner = RunnerProgram(
      specification, on: home,
      link: { _, host, _ in RunnerProgram.Link(latency: host == "local" ? 0...1 : latency) },
      startAgent: { [unowned self] in startAgent(on: $0) },
      observe: { [unowned self] _ in
        (observation(of: home), world.random.milliseconds(1...40))
      },
      onFinish: { [unowned self] record in
        outcome = "\(record.ended) \(record.verdict) \(record.clean ? "clean" : "not clean")"
        oracle.finished(record, on: computers)
      })
    self.runner = runner
    runner.start(with: agents)
  }

  /// The system is healthy as long as half of its victims run.
  private func observation(of computer: Computer) -> Observation {
    if world.random.happens(isIll) {
      return Observation(outcome: .failure, reason: "ill", value: 0, latency: 0.01)
    }
    let running = computer.table.sorted.count { $0.programName == "victim" && !$0.isStopped }
    return Observation(
      outcome: running > 0 || world.random.happens(0.5) ? .success : .failure,
      value: Double(running), latency: 0.01)
  }

  // MARK: The end

  private func proceed(
    until isOver: () -> Bool, within limit: Duration, _ promise: String
  ) {
    let end = world.now + limit
    while !isOver(), world.eventCount < Self.eventLimit, world.now < end {
      guard world.step() else { break }
    }
    if !isOver() { world.violate(promise) }
  }

  /// Everything that is stopped goes on, everything ends, and `recover` runs.
  private func conclude() {
    for agent in agents.values.sorted(by: { $0.identity < $1.identity }) where runner == nil {
      agent.lose("the end of its input")
    }
    if world.random.happens(0.3) { killEverything() }
    if world.random.happens(0.1) { sleep() }
    for computer in computers { computer.calm() }
    unreachable = []
    proceed(
      until: { [self] in computers.allSatisfy(\.programs.isEmpty) }, within: .seconds(120),
      "every program of ours ends")
    for program in computers.flatMap(\.programs) {
      world.note("left", Int(program.identity.pid), "\(program)")
    }
    isOver = true
    for computer in computers { computer.calm() }
    var isRecovered: [Int: Bool] = [:]
    for _ in 0..<2 {
      for computer in computers {
        isRecovered[computer.number] = nil
        RecoverProgram(on: computer) { isRecovered[computer.number] = $0 }.start()
      }
      proceed(
        until: { [self] in isRecovered.count == computers.count }, within: .seconds(60),
        "recover ends")
    }
    oracle.concluded(on: computers, isRecovered: isRecovered)
    world.note("end", world.eventCount, outcome)
  }

  /// Agents are stopped or stuck past every deadline; their guardians end what is overdue, or else
  /// `recover`.
  private func sleep() {
    world.note("sleep")
    // What `recover` does here is judged, so nobody may kill it.
    isOver = true
    let sparesGuardians = world.random.happens(0.5)
    let pause: Program.Pause = world.random.happens(0.5) ? .stopped : .stuck
    for computer in computers {
      oracle.interruptions[computer.number, default: 0] += 1
      computer.calm()
      for program in computer.programs where program is AgentProgram { program.stop(pause) }
      world.endAtOnce(
        computer.programs.filter {
          !($0 is AgentProgram) && !($0 is GuardianProgram && sparesGuardians)
        })
    }
    let areGuarded = sparesGuardians && oracle.areGuarded
    pass(.seconds(400))
    if areGuarded { oracle.checkClean("guardians end what is overdue", on: computers) }
    for computer in computers { RecoverProgram(on: computer) { _ in }.start() }
    pass(.seconds(60))
    oracle.checkClean("recover ends what is overdue", on: computers)
  }

  /// Lets time go by.
  private func pass(_ duration: Duration) {
    let end = world.now + duration
    world.at(end) {}
    while world.now < end, world.step() {}
  }

  private func killEverything() {
    world.note("kill everything")
    for computer in computers {
      oracle.interruptions[computer.number, default: 0] += 1
    }
    world.endAtOnce(computers.flatMap(\.programs))
  }
}

/// Plans with agents that answer at once.
private final class Dialogue: AgentDialogue {
  private(set) var agents: [String: AgentProgram] = [:]
  private let start: (String) -> AgentProgram?
  private var number = 1_000_000_000

  init(start: @escaping (String) -> AgentProgram?) { self.start = start }

  func command(of host: String) -> [String] { ["reach", host] }

  func ask(_ request: Request, of host: String) throws(PlanFailure) -> Reply {
    guard let agent = agents[host] ?? start(host) else {
      throw PlanFailure(.refused, "\(host) is not reached")
    }
    agents[host] = agent
    number += 1
    var answer: Reply?
    agent.onAnswer = { answer = $0.reply }
    agent.receive(RequestMessage(number: number, request: request))
    agent.onAnswer = nil
    guard let answer else { throw PlanFailure(.failed, "no answer") }
    return answer
  }
}
