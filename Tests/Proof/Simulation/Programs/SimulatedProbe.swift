import Model

/// A probe that the simulated world answers for.
struct SimulatedProbe: Probe {
  static let name = "simulated"
  static let summary = "Sees how many victims run"
  static let examples: [Example] = []
  var timeout: Duration { .milliseconds(500) }
  var value: ValueKind { .always }

  init(_ fields: inout Fields) {}

  func observer(using instruments: Instruments) -> any Observer { Nobody() }

  private struct Nobody: Observer {
    func observe() async -> Observation { .noData("the simulated world answers") }
  }
}
