extension BadInput {
  /// Network faults that can't be meant.
  static let traffic = [
    fault(
      "an exception of all", "blackhole", "to: 10.0.0.0/24, except: 10.0.0.0/16",
      from: "10.0.0.0/16",
      says: "'except' leaves nothing of 'to'", cure: "except less"),
    fault(
      "port 70000", "blackhole", "to: 10.0.0.1, port: 70000", from: "70000",
      says: "70000 is not a port", cure: "from 1 to 65535"),
    fault(
      "a range that ends before it begins", "blackhole", "to: 10.0.0.1, port: 80-70", from: "80-70",
      says: "ends before it begins", cure: "write 70-80"),
    fault(
      "half an address", "blackhole", "to: 10.0.0.300", from: "10.0.0.300",
      says: "'10.0.0.300' is not an address", cure: "such as 10.0.0.2"),
    fault(
      "more than all packets", "blackhole", "to: 10.0.0.1, percent: 120%", from: "120%",
      says: "'120%' is not a percentage", cure: "from 0% to 100%"),
    fault(
      "two owners", "blackhole", "to: 10.0.0.1, user: shop, cgroup: /shop", from: "/shop",
      says: "'user' and 'cgroup' at once", cure: "keep one"),
    fault(
      "one group", "partition", "between: [[10.0.0.1]]", from: "[[10.0.0.1]]",
      says: "'between' names two groups", cure: "write [[a, b], [c]]"),
    fault(
      "a place without a name", "blackhole", "to: 10.0.0.1, inside: {}", from: "{}}",
      says: "'inside' names one of", cure: "netns, container, pid"),
    fault(
      "a loss of more than all", "loss", "to: 10.0.0.1", with: "percent: 120%", from: "120%",
      says: "'120%' is not a percentage", cure: "from 0% to 100%"),
    fault(
      "no delay at all", "latency", "to: 10.0.0.1", with: "delay: 0s", from: "0s}",
      says: "a duration of zero", cure: "write one above zero"),
    fault(
      "no bandwidth at all", "bandwidth", "to: 10.0.0.1", with: "rate: 0mbit", from: "0mbit",
      says: "'0mbit' is not a rate", cure: "such as 10mbit"),
    fault(
      "an unknown profile", "link", "to: 10.0.0.1", with: "profile: 3gg", from: "3gg",
      says: "'3gg' is no network profile", cure: "did you mean '3g'?"),
    fault(
      "a fault that can't flap", "flap", "to: 10.0.0.1",
      with: "fault: network.dns, down: 1s, up: 1s",
      from: "network.dns", says: "'network.dns' is no network fault on packets",
      cure: "did you mean"),
  ]

  private static func fault(
    _ name: String, _ kind: String, _ traffic: String, with parameters: String? = nil,
    from wrong: String, says: String, cure: String
  ) -> BadInput {
    var experiment = sound
    experiment.method = [
      "{fault: network.\(kind), traffic: {\(traffic)}"
        + (parameters.map { ", with: {\($0)}" } ?? "") + ", for: 5s}"
    ]
    return BadInput(name, experiment, from: wrong, says: says, cure: cure)
  }
}
