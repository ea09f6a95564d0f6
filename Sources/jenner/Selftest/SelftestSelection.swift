import Model

extension SelftestRun {
  /// What the step of a fault says about its target and parameters.
  func selection(_ target: ThrowawayProcess) -> String {
    let parameters = Self.parameters[kind].map { ["with: \($0)"] } ?? []
    guard Catalog.builtIn.faults[kind]?.targeting == .traffic else {
      return (["targets: {pidfile: '\(folder)/target.pid'}"] + parameters).joined(
        separator: "\n    ")
    }
    let place = "inside: {pid: \(target.identity.pid)}"
    let traffic =
      kind == "network.dns"
      ? "traffic: {\(place)}"
      : "traffic: {to: 127.0.0.1, port: \(SelftestTarget.port), \(place)}"
    return ([traffic] + parameters).joined(separator: "\n    ")
  }

  /// For each kind that needs some, parameters that the target's own talk is enough for.
  static let parameters: [String: String] = [
    "connection.bandwidth": "{rate: 1mbit}",
    "connection.latency": "{delay: 5ms}",
    "connection.limit-data": "{size: 10B}",
    "connection.slice": "{size: 4B}",
    "connection.slow-close": "{delay: 10ms}",
    "http.delay": "{delay: 5ms}",
    "http.replace": "{body: changed}",
    "network.bandwidth": "{rate: 10mbit}",
    "network.corrupt": "{percent: 10%}",
    "network.dns": "{fail: name-error, servers: ['127.0.0.1:\(SelftestTarget.namePort)']}",
    "network.duplicate": "{percent: 10%}",
    "network.flap": "{down: 200ms, up: 100ms}",
    "network.latency": "{delay: 5ms}",
    "network.link": "{profile: transatlantic}",
    "network.loss": "{percent: 50%}",
    "network.reorder": "{delay: 5ms, percent: 10%}",
  ]
}
