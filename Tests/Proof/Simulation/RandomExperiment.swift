import Model

/// An experiment drawn at random, as its author would have written it.
struct RandomExperiment {
  let experiment: Experiment
  let hosts: [String]

  /// The hosts that an experiment may name besides the local one.
  static let remotes = ["east", "west"]

  init(_ random: inout SeededRandom) throws {
    let count = random.number(0...2)
    var author = Author(random: random.branch(), hosts: ["local"] + Self.remotes.prefix(count))
    let text = author.experiment()
    var reading = Reading(file: "simulated", catalog: AgentProgram.catalog)
    guard let experiment = Experiment.read(Node(text), in: &reading) else {
      throw Unreadable(problems: reading.problems.map(\.message))
    }
    self.experiment = experiment
    hosts = author.hosts
  }

  struct Unreadable: Error {
    var problems: [String]
  }
}

/// Writes experiments.
private struct Author {
  var random: SeededRandom
  let hosts: [String]
  private var names = 0

  init(random: SeededRandom, hosts: [String]) {
    self.random = random
    self.hosts = hosts
  }

  mutating func experiment() -> JSON {
    var file: [String: JSON] = [
      "version": 1, "title": "A simulated experiment", "steady-state-hypothesis": hypothesis(),
      "seed": .integer(random.number(0...1_000_000)),
    ]
    var declared: [String: JSON] = [:]
    for host in hosts where host != "local" {
      declared[host] = ["exec": ["reach", .string(host)]]
    }
    if !declared.isEmpty { file["hosts"] = .object(declared) }
    file["method"] = method()
    if random.happens(0.5) { file["rollbacks"] = rollbacks() }
    if random.happens(0.3) {
      file["stop-conditions"] = [["probe": "door", "success": ["below": "40%"], "over": "1s"]]
    }
    let limit = random.happens(0.1) ? random.number(9...16) : 120
    file["limits"] = ["duration": .string("\(limit)s")]
    return .object(file)
  }

  private mutating func hypothesis() -> JSON {
    var probes: [JSON] = [probe("door")]
    for number in 0..<random.number(0...2) { probes.append(probe("side\(number)")) }
    return [
      "baseline": .string("\(random.number(1...2))s"),
      "recovery": ["within": .string("\(random.number(1...3))s"), "holds": "1s"],
      "probes": .array(probes),
    ]
  }

  private mutating func probe(_ name: String) -> JSON {
    var probe: [String: JSON] = [
      "name": .string(name), "simulated": [:],
      "every": .string("\([100, 200, 250, 500][random.number(0...3)])ms"),
      "tolerance": ["success": ["min": "50%"]],
    ]
    if random.happens(0.5) { probe["while-faulted"] = ["success": ["min": "10%"]] }
    if random.happens(0.3) { probe["host"] = host() }
    return .object(probe)
  }

  /// A host besides the local one, which has no name in a file.
  private mutating func host() -> JSON? {
    random.element(of: hosts).flatMap { $0 == "local" ? nil : .string($0) }
  }

  private mutating func method() -> JSON {
    if random.happens(0.03) { return [] }
    var steps: [JSON] = (0..<random.number(1...4)).map { _ in step(mayGroup: true) }
    steps.append(["wait": .string("\(random.number(1...3))s")])
    return .array(steps)
  }

  private mutating func step(mayGroup: Bool) -> JSON {
    var step: [String: JSON]
    switch random.number(0...(mayGroup ? 13 : 11)) {
    case 0...3: step = fault("process.pause", at: victims())
    case 4: step = fault("process.kill", at: victims())
    case 5...7: step = action()
    case 8...11: step = packetFault()
    case 12:
      return .object([
        "together": .array((0..<random.number(2...3)).map { _ in self.step(mayGroup: false) })
      ])
    default:
      return ["wait": ["until": ["probe": "door", "value": ["min": 1]], "at-most": "1s"]]
    }
    if random.happens(0.3) { step["after"] = .string("\(random.number(1...15) * 100)ms") }
    if random.happens(0.15) {
      step["expect"] = [["probe": "door", "within": "1s", "value": ["min": 1]]]
    }
    return .object(step)
  }

  private mutating func victims() -> [String: JSON] {
    var aim: [String: JSON] = [
      "targets": [
        "executable": "victim", "pick": .string(["1", "2", "50%", "all"][random.number(0...3)]),
      ]
    ]
    if random.happens(0.2) { aim["resolve"] = "step" }
    return aim
  }

  /// One of a few kinds, of which those that shape packets often meet on the same ones.
  private mutating func packetFault() -> [String: JSON] {
    let addresses = ["10.0.0.1", "10.0.0.1", "10.0.0.0/24", "10.0.1.1"]
    var aim: [String: JSON] = [
      "traffic": ["to": .string(addresses[random.number(0...3)])]
    ]
    switch random.number(0...4) {
    case 0: return fault("network.blackhole", at: aim)
    case 1: aim["with"] = ["percent": "10%"]
    default:
      aim["with"] = ["delay": "10ms"]
      return fault("network.latency", at: aim)
    }
    return fault("network.corrupt", at: aim)
  }

  private mutating func fault(_ kind: String, at aim: [String: JSON]) -> [String: JSON] {
    let name = nextName()
    var step = aim.merging(["name": .string(name), "fault": .string(kind)]) { $1 }
    if random.happens(0.75) { step["for"] = .string("\(random.number(5...30) * 100)ms") }
    if random.happens(0.25) { step["undo"] = command("unact", name) }
    if random.happens(0.3), hosts.count > 1 {
      step["host"] = .array(hosts.dropFirst().map(JSON.string))
    } else {
      step["host"] = host()
    }
    return step
  }

  private mutating func action() -> [String: JSON] {
    let name = nextName()
    var step: [String: JSON] = [
      "name": .string(name), "run": ["act", .string(name)],
      "timeout": .string("\(random.number(1...8))s"),
    ]
    if random.happens(0.8) { step["undo"] = command("unact", name) }
    if random.happens(0.5) { step["for"] = .string("\(random.number(5...20) * 100)ms") }
    step["host"] = host()
    return step
  }

  private mutating func command(_ word: String, _ name: String) -> JSON {
    ["run": [.string(word), .string(name)], "timeout": .string("\(random.number(1...2))s")]
  }

  private mutating func rollbacks() -> JSON {
    var all: [JSON] = []
    for host in hosts where random.happens(0.6) || host == "local" {
      for number in 0..<random.number(1...2) {
        var rollback: [String: JSON] = [
          "run": ["rollback", .string("\(host)-\(number)")],
          "timeout": .string("\(random.number(1...2))s"),
        ]
        if host != "local" { rollback["host"] = .string(host) }
        all.append(.object(rollback))
      }
    }
    return .array(all)
  }

  private mutating func nextName() -> String {
    names += 1
    return "s\(names)"
  }
}
