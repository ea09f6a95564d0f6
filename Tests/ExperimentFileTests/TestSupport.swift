import ExperimentFile
import Model

/// Kinds shaped like the real ones, which are built elsewhere.
let catalog = Catalog(
  faults: [ProcessKill.self, ProcessPause.self, NetworkLatency.self, CPUStress.self],
  probes: [HTTPProbe.self, CommandProbe.self, PrometheusProbe.self])

/// Reads a text as `x.yaml`.
func read(
  _ text: String, variables: [String: String] = [:], environment: [String: String] = [:],
  purpose: ExperimentFile.Purpose = .execution
) throws(Problems) -> LoadedExperiment {
  try ExperimentFile.read(
    bytes: Array(text.utf8), file: "x.yaml", variables: variables, environment: environment,
    catalog: catalog, purpose: purpose)
}

/// What is wrong with a text, as `line:column: message; cure`.
func problems(
  _ text: String, variables: [String: String] = [:], environment: [String: String] = [:],
  purpose: ExperimentFile.Purpose = .execution
) -> [String] {
  problems { () throws(Problems) in
    _ = try read(text, variables: variables, environment: environment, purpose: purpose)
  }
}

/// The problems that a closure throws.
func problems(of body: () throws(Problems) -> Void) -> [String] {
  do throws(Problems) {
    try body()
    return []
  } catch {
    return error.all.map { problem in
      (problem.mark.map { "\($0.line):\($0.column): " } ?? "")
        + problem.message + (problem.cure.map { "; \($0)" } ?? "")
    }
  }
}

/// A whole experiment around a method, so that only the method can be wrong: its steps start on
/// line 7, and stand under `method:`.
func withMethod(_ steps: String) -> String {
  """
  version: 1
  title: t
  steady-state-hypothesis:
    probes:
      - {name: p, http: {url: "http://x/"}, tolerance: {success: {min: 98%}}}
  method:
  \(steps)
  """
}

/// A whole experiment around probes, which start on line 6.
func withProbes(_ probes: String) -> String {
  """
  version: 1
  title: t
  method: []
  steady-state-hypothesis:
    probes:
  \(probes)
  """
}

struct HTTPProbe: Probe {
  static let name = "http"
  static let summary = "ask an HTTP server"
  static let examples: [Example] = []
  var url: String
  var headers: [String: SecretText]
  var body: SecretText?
  var timeout: Duration
  var value: ValueKind { .none }
  var expect: Expect?

  struct Expect: FieldSection {
    var status: Int

    init(_ fields: inout Fields) {
      status = fields.value("status", "the status that is expected", default: 200, shown: "200")
    }
  }

  init(_ fields: inout Fields) {
    url = fields.required("url", "address to ask")
    if !url.hasPrefix("http") { fields.note("'\(url.limited)' is no address", at: "url") }
    headers = fields.value("headers", "headers to send", default: [:], shown: "{}")
    body = fields.optional("body", "body to send")
    timeout =
      fields.value(
        "timeout", "how long it may take", default: PositiveDuration(.seconds(5)), shown: "5s"
      ).duration
    expect = fields.optional("expect", "what must come back")
  }

  func observer(using instruments: Instruments) -> any Observer { NoObserver() }
}

struct CommandProbe: Probe {
  static let name = "command"
  static let summary = "run a command"
  static let examples: [Example] = []
  var run: [String]
  var environment: [String: SecretText]
  var timeout: Duration { .seconds(5) }
  var value: ValueKind { .sometimes }

  init(_ fields: inout Fields) {
    run = fields.required("run", "command and arguments")
    environment = fields.value("env", "environment", default: [:], shown: "{}")
  }

  func observer(using instruments: Instruments) -> any Observer { NoObserver() }
}

struct PrometheusProbe: Probe {
  static let name = "prometheus"
  static let summary = "ask Prometheus"
  static let examples: [Example] = []
  var timeout: Duration { .seconds(5) }
  var value: ValueKind { .always }

  init(_ fields: inout Fields) {
    let url: String = fields.required("url", "address of the server")
    if !url.hasPrefix("http") { fields.note("'\(url.limited)' is no address", at: "url") }
    let _: String = fields.required("query", "what to ask")
  }

  func observer(using instruments: Instruments) -> any Observer { NoObserver() }
}

private struct NoObserver: Observer {
  func observe() async -> Observation { .noData("a test never observes") }
}

protocol LocalFault: ProcessFault {}

extension LocalFault {
  static var targeting: Targeting { .processes }
  static var examples: [Example] { [] }
  static var capabilities: [String] { [] }
  static var tools: [String] { [] }

  func injection(into targets: [ProcessFacts], on host: any Host) throws(Refusal) -> Injection {
    throw Refusal("a test never injects")
  }

  func inspect(_ targets: [ProcessIdentity], on host: any Host) -> Evidence {
    Evidence(requested: "", achieved: "", isInForce: false)
  }
}

struct ProcessKill: LocalFault {
  static let name = "process.kill"
  static let summary = "kill processes"
  var signal: Signal

  init(_ fields: inout Fields) {
    signal = fields.value("signal", "the signal to send", default: .kill, shown: "KILL")
  }
}

struct ProcessPause: LocalFault {
  static let name = "process.pause"
  static let summary = "Stop processes, and continue them"
  static let examples = [
    Example(
      "One worker hangs",
      """
      - name: a worker hangs
        fault: process.pause
        targets: {executable: worker, pick: 1}
        for: 30s
      """)
  ]

  init(_ fields: inout Fields) {}
}

struct NetworkLatency: LocalFault {
  static let name = "network.latency"
  static let summary = "delay packets"
  static var targeting: Targeting { .nothing }
  static let examples = [
    Example("A slow network", "fault: network.latency\nwith: {delay: 200ms}\nfor: 60s")
  ]
  var delay: Duration
  var jitter: Duration

  init(_ fields: inout Fields) {
    delay = fields.required("delay", "added delay")
    jitter = fields.value("jitter", "variation of the delay", default: .zero, shown: "0s")
  }
}

struct CPUStress: LocalFault {
  static let name = "cpu.stress"
  static let summary = "keep processors busy"
  static var targeting: Targeting { .nothing }
  var load: Percentage
  var note: String?

  init(_ fields: inout Fields) {
    load = fields.required("load", "share of each processor")
    note = fields.optional("note", "a text")
  }
}
