import ExperimentFile
import Model
import Verdict

@testable import Runner

/// A fault that nothing is asked of but its name.
struct ScriptedFault: ProcessFault {
  static let name = "scripted.fault"
  static let summary = "Does what the simulated agent says"
  static let targeting = Targeting.processes
  static let examples: [Example] = []
  static let capabilities: [String] = []
  static let tools: [String] = []

  init(_ fields: inout Fields) {}

  func injection(into targets: [ProcessFacts], on host: any Host) throws(Refusal) -> Injection {
    Injection(effects: [], undo: targets.map { .resume($0.identity) }, undoClass: .guardian)
  }

  func inspect(_ targets: [ProcessIdentity], on host: any Host) -> Evidence {
    Evidence(requested: "", achieved: "", isInForce: true)
  }
}

/// A probe that the simulated world answers for.
struct ScriptedProbe: Probe {
  static let name = "scripted"
  static let summary = "Sees what the simulated world shows"
  static let examples: [Example] = []
  var timeout: Duration { .seconds(1) }
  var value: ValueKind { .always }

  init(_ fields: inout Fields) {}

  func observer(using instruments: Instruments) -> any Observer { Nobody() }

  private struct Nobody: Observer {
    func observe() async -> Observation { .noData("the simulated world answers") }
  }
}

/// A host with one process, which answers while an experiment is planned.
struct ScriptedDialogue: AgentDialogue {
  var processes = [ProcessFacts.of(100)]
  var hosts: [String: [ProcessFacts]] = [:]
  private(set) var asked: [(host: String, request: Request)] = []

  func command(of host: String) -> [String] { ["jenner-agent"] }

  mutating func ask(_ request: Request, of host: String) throws(PlanFailure) -> Reply {
    asked.append((host, request))
    switch request {
    case .hello(_, let digests):
      return .hello(
        protocolVersion: AgentProtocol.version,
        facts: HostFacts(
          hostname: host, kernel: "6.1", architecture: "x86_64", user: "root", version: "0"),
        schemaDigests: Catalog.scripted.schemaDigests(of: digests.keys))
    case .resolve: return .resolved(candidates: (hosts[host] ?? processes).map { [$0] })
    case .prepare(_, _, _, let targets):
      return .prepared(
        injection: Injection(
          effects: targets.map { .signal($0, .stop) }, undo: targets.map { .resume($0) },
          undoClass: .guardian))
    default: return .refused(Refusal("not while planning"))
    }
  }
}

extension ProcessFacts {
  static func of(_ pid: Int32) -> ProcessFacts {
    ProcessFacts(
      identity: ProcessIdentity(pid: pid, startTime: UInt64(pid) * 10), parent: 1, state: "S",
      commandLine: ["victim"], executable: "/usr/bin/victim", userID: 0, userName: "root",
      cgroups: ["/"])
  }
}

extension Catalog {
  static let scripted = Catalog(faults: [ScriptedFault.self], probes: [ScriptedProbe.self])
}

/// An experiment in text, read and planned against the scripted host.
enum SimulatedExperiment {
  /// A probe ten times a second, two seconds of baseline, one fault for ten seconds.
  static let text = """
    version: 1
    title: A simulated experiment
    steady-state-hypothesis:
      baseline: 2s
      recovery: {within: 5s, holds: 2s}
      probes:
        - name: door
          scripted: {}
          every: 50ms
          tolerance: {success: {min: 90%}}
    method:
      - name: pause
        fault: scripted.fault
        targets: {executable: victim}
        for: 10s
    """

  static func read(_ text: String) throws -> Experiment {
    try ExperimentFile.read(
      bytes: Array(text.utf8), file: "test.yaml", environment: [:], catalog: .scripted
    ).experiment
  }

  static func specification(
    _ text: String = text, dialogue: ScriptedDialogue = ScriptedDialogue()
  ) throws -> RunSpecification {
    let experiment = try read(text)
    var planner = Planner(
      experiment: experiment, catalog: .scripted, sourceDigest: "0", seed: experiment.seed,
      dialogue: dialogue)
    let plan = try planner.plan()
    var commands: [Int: Command] = [:]
    for (index, step) in experiment.steps.enumerated() {
      commands[index] = step.action?.revealed(with: [:])
    }
    return RunSpecification(
      runID: "r", started: "2026-01-01T00:00:00Z", experiment: experiment, plan: plan,
      planDigest: "0",
      source: ExperimentSource(
        file: "test.yaml", digest: "0", description: nil, tags: [], owner: nil,
        configuration: [:], secretNames: []),
      tool: ToolFacts(version: "0"), commands: commands, redaction: Redaction(secrets: [:]))
  }

  static func run(
    _ text: String = text, script: SimulatedWorld.Script = SimulatedWorld.Script()
  ) throws -> (record: Record?, requests: [(time: Double, request: Request)]) {
    var world = SimulatedWorld(try specification(text), script: script)
    let record = world.run()
    return (record, world.requests)
  }
}

extension Request {
  /// What is asked for, without what it is asked with.
  var kind: String { String("\(self)".prefix { $0 != "(" }) }
}

extension String {
  /// The experiment with another method, and what follows it.
  func replacingMethod(with text: String) -> String {
    let head = split(separator: "method:", omittingEmptySubsequences: false)[0]
    return head + "method:\n" + text + "\n"
  }
}
