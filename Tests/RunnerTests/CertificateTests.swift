import Model
import Testing

@testable import Runner

/// The certificate in a whole run: when the host is looked at, and what comes of it.
@Suite struct CertificateTests {
  private typealias Script = SimulatedWorld.Script
  private static let stopped = HostState.simulated.with(
    .processes, ProcessEntry.key(of: ProcessFacts.of(100).identity), "stopped: victim")

  @Test func aHostThatIsAsItWasIsIdentical() throws {
    let record = try #require(try SimulatedExperiment.run().record)
    let certificate = try #require(record.certificates.first)
    #expect(record.certificates.count == 1)
    #expect(certificate.host == "local")
    #expect(certificate.identical && certificate.changes.isEmpty)
    #expect(certificate.compared == HostState.Section.allCases)
    #expect(certificate.notTaken == nil)
    #expect(certificate.beforeSeconds.map { $0 < 0.1 } == true)
    #expect(certificate.afterSeconds.map { $0 > 12 } == true)
  }

  /// The agent reads the state of its own network only.
  @Test func anotherNetworkThatAFaultChangesIsListedAsNotCompared() throws {
    var specification = try SimulatedExperiment.specification()
    let rules = NetworkRules(namespace: NetworkNamespace(path: "/run/netns/app", inode: 7))
    specification.plan.steps[0].fault?.injections[0].injection = Injection(
      effects: [.network(rules)], undo: [.dismiss], undoClass: .kernel)
    var world = SimulatedWorld(specification)
    let run = world.run()
    let certificate = try #require(run?.certificates.first)
    #expect(certificate.identical)
    #expect(certificate.compared == HostState.Section.allCases)
    #expect(certificate.notCompared.map(\.title) == ["nft of the network namespace /run/netns/app"])
    #expect(certificate.notCompared.first?.reason.contains("agent's own network") == true)
  }

  @Test func theStateIsReadBeforeAnythingElse() throws {
    let requests = try SimulatedExperiment.run().requests
    guard case .state? = requests.first?.request else {
      Issue.record("\(requests.first?.request as Any) came first")
      return
    }
  }

  @Test func whatIsLeftIsResidueAndEndsWithFive() throws {
    var script = Script()
    script.stateAfter = { _ in .success(Self.stopped) }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(!record.clean)
    #expect(record.exitCode == 5)
    #expect(record.verdict != .pass)
    #expect(record.residue.map(\.command) == ["kill -CONT 100"])
    #expect(record.residue.first?.what.hasPrefix("process 100, stopped: victim; it was") == true)
    #expect(record.certificates.first?.identical == false)
  }

  @Test func whatIsOnlyJustLeavingIsLookedAtAgain() throws {
    var script = Script()
    script.stateAfter = { .success($0 < 3 ? Self.stopped : .simulated) }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.clean && record.exitCode == 0, "\(record.residue)")
    #expect(record.certificates.first?.identical == true)
  }

  @Test func changesOfOthersNeverMakeARunUnclean() throws {
    var script = Script()
    script.stateAfter = { _ in
      .success(
        HostState.simulated.with(.nft, "inet docker", "chain x")
          .with(.cgroups, "/sys/fs/cgroup/session-2.scope", "").with(
            .processes, "9@90", "running: x")
      )
    }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.clean && record.exitCode == 0)
    let certificate = try #require(record.certificates.first)
    #expect(!certificate.identical)
    #expect(certificate.changes.count == 2 && certificate.changes.allSatisfy { !$0.ours })
    #expect(certificate.processesStarted == 1)
  }

  @Test(arguments: [nil, .failure(Refusal("the agent was lost"))] as [Result<HostState, Refusal>?])
  func aStateThatDoesNotComeNeverFailsARun(after: Result<HostState, Refusal>?) throws {
    var script = Script()
    script.stateAfter = { _ in after }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.clean && record.exitCode == 0)
    #expect(record.certificates.first?.notTaken?.hasPrefix("after: ") == true)
    #expect(record.certificates.first?.identical == false)
    #expect(record.durationSeconds < 30)
  }

  @Test func anAgentThatDoesNotTellHoldsARunUpForTenSecondsAtMost() throws {
    var script = Script()
    script.delay = { request in
      if case .state = request { return .seconds(3_600) }
      return .milliseconds(1)
    }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.exitCode == 0)
    #expect(record.certificates.first?.notTaken == "before: no answer in time")
    #expect(record.durationSeconds < 30)
  }

  @Test func anAgentThatRefusesIsToldOf() throws {
    var script = Script()
    script.answer = { _, request in
      if case .state = request { return .refused(Refusal("no memory")) }
      return nil
    }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.exitCode == 0)
    #expect(record.certificates.first?.notTaken == "before: no memory")
  }

  @Test func aRunThatTouchesNothingHasNone() throws {
    var dry = try SimulatedExperiment.specification()
    dry.isDryRun = true
    var world = SimulatedWorld(dry)
    let run = world.run()
    let rehearsed = try #require(run)
    #expect(rehearsed.certificates.isEmpty)
    #expect(!world.requests.contains { if case .state = $0.request { true } else { false } })

    var ill = Script()
    ill.observe = { _, _ in .ill }
    #expect(try #require(try SimulatedExperiment.run(script: ill).record).certificates.isEmpty)
  }

  @Test func aLostAgentsHostIsComparedAllTheSame() throws {
    var script = Script()
    script.lostAt = 5
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.certificates.first?.identical == true)
    script.isUnreachable = true
    let unreachable = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(unreachable.certificates.first?.notTaken == "after: no agent could be reached")
    #expect(unreachable.exitCode == 5)
  }

  @Test func whatTheLedgerHasNamedIsNotNamedTwice() throws {
    var script = Script()
    script.lostAt = 5
    script.ledger.pending = ["process.pause: signal CONT to process 100: kill -CONT 100"]
    script.stateAfter = { _ in .success(Self.stopped) }
    let record = try #require(try SimulatedExperiment.run(script: script).record)
    #expect(record.residue.count == 1)
  }
}
