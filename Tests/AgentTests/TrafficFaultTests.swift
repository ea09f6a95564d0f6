import Model
import Testing

@testable import Agent

/// Faults on traffic in the agent's machine: their holders, and how they share packets.
@Suite struct TrafficFaultTests {
  private let bandwidth: JSON = ["rate": "10mbit"]

  private func prepared(_ steps: [(kind: String, parameters: JSON)]) -> SimulatedAgent {
    let agent = SimulatedAgent([])
    agent.host.network = NetworkFacts(
      interfaces: [.init(name: "eth0", isLoopback: false)],
      routes: [
        .init(destination: AddressRange(.every(.v4), prefix: 0), interface: "eth0", metric: 0)
      ])
    let listing = "\tset live {\n\t\telements = { ip timeout 1s }\n\t}\n"
    agent.host.commands = [
      "nft": CommandResult(ending: .exited(0), output: listing),
      "unshare": CommandResult(ending: .exited(0)), "nsenter": CommandResult(ending: .exited(0)),
      "tc": CommandResult(ending: .exited(0), output: #"[{"kind":"tbf","packets":3,"drops":0}]"#),
    ]
    agent.ask(.hello(protocolVersion: AgentProtocol.version, schemaDigests: [:]))
    for (step, fault) in steps.enumerated() {
      agent.ask(
        .prepareTraffic(
          step: step, fault: fault.kind, parameters: fault.parameters,
          selector: ["to": "10.0.0.2"], peers: [], beside: Array(0..<step), allowProtected: []))
    }
    return agent
  }

  private func begun(_ steps: [(kind: String, parameters: JSON)]) -> SimulatedAgent {
    let agent = prepared(steps)
    agent.ask(.begin(run: "r1", title: "title", limitSeconds: 600))
    return agent
  }

  private func inject(_ step: Int, _ agent: SimulatedAgent) -> Evidence? {
    let reply = agent.ask(.inject(step: step, deadlineSeconds: 60, undo: nil))
    guard case .injected(let evidence)? = reply else {
      Issue.record("not injected: \(String(describing: reply))")
      return nil
    }
    return evidence
  }

  @Test func theHolderIsOnDiskBeforeItIsToldItsRules() throws {
    let agent = begun([("network.bandwidth", bandwidth)])
    #expect(inject(0, agent)?.isInForce ?? false)
    let order = try #require(agent.orders[0])
    let mark = RunMark(ofRun: "r1").name
    #expect(order.rules.links.map(\.name) == [mark + "0"])
    #expect(order.deadline == (agent.now + .seconds(60)).nanoseconds)
    let intent = try #require(LedgerState(folding: agent.disk).step(0)?.intent)
    #expect(intent.holder == agent.holders[0])
    #expect(intent.undo.map(\.shown).contains { $0.contains(mark + "0") })
    #expect(intent.undoClass == .kernel)
    #expect(agent.violations.isEmpty)
    #expect(agent.log.contains("lock eth0"))
  }

  @Test func itIsUndoneByTheEndOfItsHolderAndThenCleared() {
    let agent = begun([("network.bandwidth", bandwidth)])
    _ = inject(0, agent)
    guard case .undone(_, let proofs)? = agent.ask(.undo(step: 0)) else {
      Issue.record("not undone")
      return
    }
    #expect(proofs.map(\.isProved) == [true, true])
    #expect(agent.holders.isEmpty)
    #expect(agent.log.last?.contains("clear-network") ?? false)
  }

  @Test func aHolderThatDoesNotEndIsKilled() {
    let agent = begun([("network.bandwidth", bandwidth)])
    _ = inject(0, agent)
    guard let holder = agent.holders[0] else { return }
    agent.host.deafTo[holder.pid] = [.terminate]
    agent.ask(.undo(step: 0))
    #expect(agent.holders[0] != nil)
    for _ in 0..<200 where agent.holders[0] != nil { agent.advance(by: .milliseconds(5)) }
    #expect(agent.holders.isEmpty)
    #expect(agent.log.contains("KILL \(holder.pid)"))
  }

  @Test func faultsOnTheSamePacketsAreToldOfEachOther() throws {
    let agent = begun([
      ("network.bandwidth", bandwidth), ("network.bandwidth", ["rate": "1mbit"]),
    ])
    _ = inject(0, agent)
    _ = inject(1, agent)
    // The later one does the part of the earlier, which is in force.
    #expect(try #require(agent.orders[1]).openGates.keys.sorted() == [0])
    #expect(try #require(agent.orders[0]).rules.gates.isEmpty)
    agent.ask(.undo(step: 0))
    let closes = try #require(agent.log.firstIndex(of: "gate of 1 to 0 closes"))
    let ends = try #require(agent.log.lastIndex { $0.hasPrefix("TERM ") })
    #expect(closes < ends, "before its holder ends")
  }

  @Test func anEarlierStepThatBeginsLaterOpensTheGateToIt() throws {
    let agent = begun([
      ("network.bandwidth", bandwidth), ("network.bandwidth", ["rate": "1mbit"]),
    ])
    _ = inject(1, agent)
    #expect(try #require(agent.orders[1]).openGates.isEmpty)
    _ = inject(0, agent)
    #expect(agent.log.contains("gate of 1 to 0 opens"))
  }

  @Test func dropsAndDevicesDoNotGetInEachOthersWay() throws {
    let agent = begun([("network.bandwidth", bandwidth), ("network.blackhole", [:])])
    _ = inject(0, agent)
    _ = inject(1, agent)
    #expect(try #require(agent.orders[1]).rules.gates.isEmpty)
    agent.ask(.undo(step: 1))
    #expect(!agent.log.contains { $0.hasPrefix("gate ") })
  }

  /// What a fault on a server would do where the program that started the runner is connected to it.
  private func injection(
    of kind: String, _ parameters: JSON = [:], allowing allowed: [String] = []
  ) throws -> Injection {
    let agent = prepared([])
    for process in [
      ProcessFacts.fake(12, "worker"), .fake(16, "jenner", parent: 12),
      .fake(20, "jenner-agent", parent: 16),
    ] {
      agent.host.all[process.identity.pid] = process
    }
    agent.host.established = [
      EstablishedConnection(
        process: 12, local: try #require(IPEndpoint(text: "10.0.0.1:40000")),
        remote: try #require(IPEndpoint(text: "10.0.0.2:80")), isAccepted: false)
    ]
    let reply = agent.ask(
      .prepareTraffic(
        step: 0, fault: kind, parameters: parameters, selector: ["to": "10.0.0.2", "port": 80],
        peers: [], beside: [], allowProtected: allowed))
    guard case .prepared(let injection)? = reply else {
      throw Refusal("\(String(describing: reply))")
    }
    return injection
  }

  @Test func aProtectedConnectionIsAcceptedAloneAndThePlanSaysSo() throws {
    let remark = "the connection of worker (12) to 10.0.0.2 port 80 is spared; see allow-protected"
    let blackhole = try injection(of: "network.blackhole")
    let accepting = blackhole.effects.flatMap(\.shown).joined(separator: "\n")
      .split(separator: "\n").filter { $0.hasSuffix("accept") }
    #expect(accepting.count == 1)
    #expect(
      accepting.first?.hasSuffix(
        "ip daddr 10.0.0.2 meta l4proto tcp th sport 40000 th dport 80 accept") ?? false,
      "\(accepting)")
    #expect(blackhole.note == remark)
    // It stands behind what the fault itself has to say.
    let note = try injection(of: "network.bandwidth", bandwidth).note
    #expect(note?.hasSuffix("; " + remark) ?? false, "\(note ?? "")")
  }

  /// No processes are looked up for such a fault, with which the allowed names would come too.
  @Test func theAuthorMayAllowTheConnectionToBeCut() throws {
    let injection = try injection(of: "network.blackhole", allowing: ["worker"])
    let lines: [String] = injection.effects.flatMap(\.shown)
    #expect(!lines.contains { $0.contains("accept") }, "\(lines)")
    #expect(injection.note == nil)
  }

  @Test func aNetworkThatIsGoneIsNotInForceAndNothingIsTouched() {
    let agent = prepared([])
    agent.host.namespaces["/run/netns/app"] = 77
    agent.ask(
      .prepareTraffic(
        step: 0, fault: "network.blackhole", parameters: [:],
        selector: ["inside": ["netns": "app"]], peers: [], beside: [], allowProtected: []))
    agent.ask(.begin(run: "r1", title: "title", limitSeconds: 600))
    agent.host.namespaces["/run/netns/app"] = 99
    let evidence = inject(0, agent)
    #expect(evidence?.isInForce == false)
    #expect(evidence?.achieved.contains("/run/netns/app was gone") ?? false)
    #expect(agent.holders.isEmpty)
  }
}
