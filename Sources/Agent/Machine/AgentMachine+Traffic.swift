public import Model

/// What a holder of rules is told.
public struct NetworkOrder: Sendable, Hashable, Codable {
  public var rules: NetworkRules
  /// In nanoseconds since boot: when the rules end at the latest.
  public var deadline: Int64
  /// By step: until when the faults of others are in force that these rules take account of.
  public var openGates: [Int: Int64]

  /// Makes an order.
  public init(rules: NetworkRules, deadline: Int64, openGates: [Int: Int64]) {
    self.rules = rules
    self.deadline = deadline
    self.openGates = openGates
  }

  private enum CodingKeys: String, CodingKey {
    case rules, deadline
    case openGates = "open_gates"
  }
}

/// Where one run alone may be at work, since two would not see each other's rules.
///
/// What drops or rejects packets needs none: they are dropped once or twice all the same.
public struct TrafficKey: Sendable, Hashable, Comparable {
  public enum Place: Sendable, Hashable {
    /// Where packets are shaped.
    case interface(String)
    /// Where connections are redirected: of two servers that know nothing of each other the later one
    /// would get none.
    case redirection
  }

  /// The inode of the network namespace.
  public var namespace: UInt64
  public var place: Place

  /// Makes a key.
  public init(namespace: UInt64, place: Place) {
    self.namespace = namespace
    self.place = place
  }

  /// A name for a file; no interface has a colon in its own.
  public var name: String {
    switch place {
    case .interface(let name): name
    case .redirection: ":redirection"
    }
  }

  /// The place in words.
  public var text: String {
    switch place {
    case .interface(let name): "interface \(name)"
    case .redirection: "the redirection of connections"
    }
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.namespace, left.name) < (right.namespace, right.name)
  }
}

/// Faults on traffic: preparation, and how those that shape the same packets share them.
extension AgentMachine {
  mutating func prepareTraffic(
    _ number: Int, _ step: Int, _ kind: String, _ parameters: JSON, _ selector: JSON,
    _ peers: [String], _ beside: [Int]
  ) -> [AgentEffect] {
    guard ledger.step(step) == nil, injecting[step] == nil else {
      return [refuse(number, Refusal("step \(step) has been injected already"))]
    }
    do throws(Refusal) {
      guard let fault = try fault(kind, parameters) as? any NetworkFault else {
        throw Refusal("'\(kind)' does not hit traffic")
      }
      let traffic = try traffic(selector, of: fault, peers)
      var injection = try fault.injection(
        into: traffic, in: setting(ofStep: step, traffic, beside: beside))
      let notes = [injection.note].compactMap(\.self) + traffic.remarks
      injection.note = notes.isEmpty ? nil : notes.joined(separator: "; ")
      prepared[step] = Prepared(kind: kind, aim: .traffic(fault, traffic), injection: injection)
      return [reply(number, .prepared(injection: injection))]
    } catch {
      return [refuse(number, error)]
    }
  }

  private func traffic(
    _ selector: JSON, of fault: any NetworkFault, _ peers: [String]
  ) throws(Refusal) -> Traffic {
    guard peers.count <= Limits.listLength else { throw Refusal("\(peers.count) peers") }
    var reading = Reading(file: "traffic", catalog: catalog)
    let read = TrafficSelector.read(Node(selector), in: &reading)
    if let problem = reading.problems.first {
      throw Refusal("traffic: \(problem.message)", cure: problem.cure)
    }
    guard let read else { throw Refusal("the traffic's selector can't be read") }
    let resolution = TrafficResolution(
      host: host, own: identity.process.pid, allowProtected: allowedProtected)
    return try resolution.traffic(
      of: read, usual: fault.usualDirection(of: read), peers: peers)
  }

  /// The faults of other steps whose packets this one may have to share.
  private func setting(
    ofStep step: Int, _ traffic: Traffic, beside: [Int]
  ) -> NetworkSetting {
    let neighbours = beside.sorted().compactMap { other -> NetworkSetting.Neighbour? in
      guard case .traffic(let fault, let theirs)? = prepared[other]?.aim,
        let shaping = fault.shaped, theirs.overlaps(traffic)
      else { return nil }
      return NetworkSetting.Neighbour(step: other, traffic: theirs, shaping: shaping)
    }
    let links = prepared.filter { $0.key != step }.values
      .compactMap { $0.injection.rules?.links.count }
    return NetworkSetting(
      step: step, neighbours: neighbours, linkCount: links.reduce(0, +), host: host)
  }

  /// The order to a step's holder, and the word to the others that have to know of the fault.
  func holdNetwork(
    _ rules: NetworkRules, _ step: Int, until deadline: Duration
  ) -> [AgentEffect] {
    let gates = rules.gates.map(\.step)
    let open = shaping.filter { gates.contains($0.key) }.mapValues(\.nanoseconds)
    let order = NetworkOrder(
      rules: rules.named(for: ledger.run), deadline: deadline.nanoseconds, openGates: open)
    return [.holdNetwork(step: step, order)] + gateEffects(towards: step, until: deadline)
  }

  /// The other faults in force whose rules take account of a step, and these rules.
  private func sharing(_ step: Int) -> [(holder: Int, rules: NetworkRules)] {
    shaping.keys.sorted().compactMap { other in
      guard other != step, let rules = prepared[other]?.injection.rules,
        rules.gates.contains(where: { $0.step == step })
      else { return nil }
      return (other, rules)
    }
  }

  /// The word to the holders of other faults that have to know of a step's.
  private func gateEffects(towards step: Int, until deadline: Duration?) -> [AgentEffect] {
    sharing(step).map { .openGate(holder: $0.holder, to: step, until: deadline) }
  }

  /// The rules of other faults in force that do a step's part on the packets they share.
  func rulesSharing(_ step: Int) -> [NetworkRules] {
    sharing(step).map { $0.rules.named(for: ledger.run) }
  }

  /// The kinds of faults that have dropped, rejected or redirected packets which this one selects.
  func rivals(of step: Int, _ traffic: Traffic) -> [String] {
    let kinds = prepared.compactMap { other, theirs -> String? in
      guard other != step, ledger.step(other)?.isInjected ?? false,
        case .traffic(let fault, let selected) = theirs.aim, fault.shaped == nil,
        selected.overlaps(traffic)
      else { return nil }
      return theirs.kind
    }
    return Set(kinds).sorted()
  }

  /// A fault is about to end whose rules may do the part of others: what they counted for these ends too.
  mutating func noteSelected(by step: Int) {
    let gates = prepared[step]?.injection.rules?.gates ?? []
    for other in gates.map(\.step) where shaping[other] != nil && !selectedByOthers.contains(other)
    {
      guard let prepared = prepared[other],
        evidence(of: prepared, other, isEnding: true).isInForce
      else { continue }
      selectedByOthers.insert(other)
    }
  }

  /// A fault that shapes packets is in force: others are told of it, and it of them.
  mutating func noteShaping(_ step: Int) {
    guard case .traffic(let fault, _)? = prepared[step]?.aim, fault.shaped != nil,
      let deadline = ledger.step(step)?.deadline
    else { return }
    shaping[step] = deadline
  }

  /// Before a fault ends, those that do its part on the packets they share are told.
  mutating func closeGates(of steps: [Int]) -> [AgentEffect] {
    let ending = steps.filter { shaping.removeValue(forKey: $0) != nil }
    return ending.flatMap { gateEffects(towards: $0, until: nil) }
  }

  /// Where no other run may be at work.
  func trafficKeys(of prepared: Prepared) -> [TrafficKey] {
    guard case .traffic(let fault, let traffic) = prepared.aim else { return [] }
    let rules = prepared.injection.rules
    let doesRedirect = rules?.server != nil && !(rules?.tables.isEmpty ?? true)
    let interfaces = fault.shaped == nil ? [] : traffic.interfaces
    let places = interfaces.map(TrafficKey.Place.interface) + (doesRedirect ? [.redirection] : [])
    guard !places.isEmpty,
      let namespace = traffic.namespace ?? (try? host.networkNamespace(at: "/proc/self/ns/net"))
    else { return [] }
    return places.map { TrafficKey(namespace: namespace.inode, place: $0) }
  }

  /// What of some traffic's place is no longer there, in words.
  func whatIsGone(of traffic: Traffic) -> String? {
    if let namespace = traffic.namespace {
      let present = try? host.networkNamespace(at: namespace.path)
      if present?.inode != namespace.inode { return "the network namespace \(namespace.path)" }
    }
    let needed = traffic.namesInterfaces ? traffic.interfaces : []
    guard !needed.isEmpty, let facts = try? host.network(in: traffic.namespace) else { return nil }
    let present = Set(facts.interfaces.map(\.name))
    return needed.first { !present.contains($0) }.map { "the interface \($0)" }
  }
}
