public import Model

/// The kinds of probe of this module.
public enum Probes {
  /// Every kind, each from the file of its name.
  public static let all: [any Probe.Type] = [
    CommandProbe.self,
    HTTPProbe.self,
    PrometheusProbe.self,
    TCPProbe.self,
  ]
}

/// Stands for a probe that can't observe here, and says why each time.
struct UnableObserver: Observer {
  let reason: String

  func observe() async -> Observation { .noData(reason) }
}
