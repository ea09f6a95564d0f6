import Model

@testable import Verdict

extension SplitMix {
  /// Twelve uniform numbers make a normal one, near enough for coverage.
  mutating func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + fraction() } }
}

/// A probe of tests: it observes nothing, its samples are made up.
struct CountingProbe: Probe {
  static let name = "count"
  static let summary = "a probe with a value"
  static let examples: [Example] = []
  var timeout: Duration = .seconds(2)
  var value: ValueKind { .always }

  init(_ fields: inout Fields) {
    timeout = fields.value("timeout", "longest", default: .seconds(2), shown: "2s")
  }
  func observer(using instruments: Instruments) -> any Observer { Nothing() }

  struct Nothing: Observer {
    func observe() async -> Observation { .noData("a test") }
  }
}

/// A probe of tests without a value.
struct PlainProbe: Probe {
  static let name = "plain"
  static let summary = "a probe without a value"
  static let examples: [Example] = []
  let timeout: Duration = .seconds(2)
  var value: ValueKind { .none }

  init(_ fields: inout Fields) {}
  func observer(using instruments: Instruments) -> any Observer { CountingProbe.Nothing() }
}

/// A fault of tests that does nothing.
struct IdleFault: ProcessFault {
  static let name = "idle"
  static let summary = "does nothing"
  static let targeting = Targeting.nothing
  static let examples: [Example] = []
  static let capabilities: [String] = []
  static let tools: [String] = []

  init(_ fields: inout Fields) {}
  func injection(into targets: [ProcessFacts], on host: any Host) throws(Refusal) -> Injection {
    Injection(effects: [], undo: [], undoClass: .none)
  }
  func inspect(_ targets: [ProcessIdentity], on host: any Host) -> Evidence {
    Evidence(requested: "nothing", achieved: "nothing", isInForce: true)
  }
}

/// Makes models from what an author would write.
enum Given {
  static let catalog = Catalog(
    faults: [IdleFault.self], probes: [CountingProbe.self, PlainProbe.self])

  /// An experiment; it throws the problems of one that can't be read.
  static func experiment(
    probes: [JSON], method: JSON = [], baseline: JSON = "10s", stops: JSON = []
  ) throws -> Experiment {
    let json: JSON = [
      "version": 1, "title": "a test",
      "steady-state-hypothesis": [
        "baseline": baseline, "recovery": ["within": "60s", "holds": "2s"],
        "probes": .array(probes),
      ],
      "method": method, "stop-conditions": stops,
    ]
    var reading = Reading(file: "test.yaml", catalog: catalog)
    guard let experiment = Experiment.read(Node(json), in: &reading) else {
      throw Problems(reading.problems)
    }
    return experiment
  }

  /// A probe that is asked every 100 ms unless it says otherwise.
  static func probe(
    _ name: String = "checkout", every: String = "100ms", kind: String = "count",
    tolerance: JSON? = nil, whileFaulted: JSON? = nil
  ) -> JSON {
    var members: [String: JSON] = [
      "name": .string(name), kind: [:], "every": .string(every),
    ]
    if let tolerance { members["tolerance"] = tolerance }
    if let whileFaulted { members["while-faulted"] = whileFaulted }
    return .object(members)
  }

  static func limit(
    _ metric: Metric, _ direction: Bound.Direction, _ amount: Bound.Amount
  ) -> MetricLimit {
    MetricLimit(metric: metric, bounds: [Bound(direction: direction, limit: amount)])
  }

  /// A series with one sample each `every` seconds, from `start` on.
  static func series(
    _ outcomes: [Sample.Outcome], every: Double = 0.1, start: Double = 0,
    latency: (Int) -> Double = { _ in 0.01 }, value: (Int) -> Double? = { _ in nil }
  ) -> Series {
    let samples = outcomes.enumerated().map { index, outcome in
      Sample(
        scheduled: start + Double(index) * every, outcome: outcome, latency: latency(index),
        value: value(index))
    }
    return Series(probe: "checkout", samples: samples, reasons: [], timingNames: [])
  }

  /// So many successes and then so many failures.
  static func outcomes(
    successes: Int, failures: Int = 0, noData: Int = 0, missed: Int = 0
  ) -> [Sample.Outcome] {
    Array(repeating: .success, count: successes) + Array(repeating: .failure, count: failures)
      + Array(repeating: .noData, count: noData) + Array(repeating: .missed, count: missed)
  }
}
