import Model
import Testing

@testable import Agent

/// What a selector's names come to on a host, and what is never hit.
@Suite struct TrafficResolutionTests {
  private let host: FakeHost

  init() {
    host = FakeHost([
      .fake(10, "sshd", user: 0), .fake(15, "bash", parent: 10),
      .fake(16, "jenner", parent: 15), .fake(20, "jenner-agent", parent: 16),
      .fake(21, "ssh", parent: 16), .fake(30, "postgres", cgroup: "/db"),
      .fake(31, "postgres", parent: 30, cgroup: "/db"), .fake(40, "web", cgroup: "/mixed"),
      .fake(41, "cron", cgroup: "/mixed"),
    ])
    host.network = NetworkFacts(
      interfaces: [
        .init(name: "lo", isLoopback: true), .init(name: "eth0", isLoopback: false),
        .init(name: "eth1", isLoopback: false),
      ],
      routes: [
        .init(destination: AddressRange(.every(.v4), prefix: 0), interface: "eth0", metric: 0),
        .init(destination: range("10.1.0.0/16"), interface: "eth1", metric: 0),
      ])
    host.commands["getent ahosts db.internal"] = CommandResult(
      ending: .exited(0), output: "10.1.0.9 STREAM\n10.1.0.9 DGRAM\n10.1.0.8 STREAM db.internal\n")
    host.users["postgres"] = 105
    host.namespaces["/run/netns/app"] = 77
  }

  private func range(_ text: String) -> AddressRange {
    AddressRange(text) ?? AddressRange(.loopbackV4)
  }

  private func connection(
    of process: Int32, at local: String, with remote: String, accepted: Bool = false
  ) throws -> EstablishedConnection {
    EstablishedConnection(
      process: process, local: try #require(IPEndpoint(text: local)),
      remote: try #require(IPEndpoint(text: remote)), isAccepted: accepted)
  }

  private func traffic(
    _ selector: JSON, usual: TrafficDirection = .out, peers: [String] = [],
    allowing allowed: Set<String> = []
  ) throws -> Traffic {
    var reading = Reading(file: "traffic", catalog: .empty)
    let read = TrafficSelector.read(Node(selector), in: &reading)
    #expect(reading.problems.isEmpty, "\(reading.problems)")
    return try TrafficResolution(host: host, own: 20, allowProtected: allowed)
      .traffic(of: try #require(read), usual: usual, peers: peers)
  }

  private func refusal(_ selector: JSON) -> Refusal? {
    do {
      _ = try traffic(selector)
      Issue.record("not refused")
      return nil
    } catch {
      return error as? Refusal
    }
  }

  @Test func aNameIsLookedUpOnceAndItsAddressesAreInOrder() throws {
    let found = try traffic(["to": "db.internal", "port": 5432])
    #expect(found.conversations.map { $0.remote.map(\.text) } == [["10.1.0.8", "10.1.0.9"]])
    #expect(found.conversations[0].remotePorts.map(\.text) == ["5432"])
    #expect(found.interfaces == ["eth1"])
    #expect(refusal(["to": "no.such"])?.message.contains("getent") ?? false)
    host.commands["getent"] = CommandResult(ending: .exited(2))
    #expect(refusal(["to": "no.such"])?.message.contains("does not resolve") ?? false)
  }

  @Test func portsAreThoseOfTheServerWhicheverSideItIs() throws {
    let client = try traffic(["from": "10.1.0.0/16", "port": "80-90"])
    #expect(client.conversations[0].localPorts.map(\.text) == ["80-90"])
    #expect(client.conversations[0].remotePorts.isEmpty)
    let anyone = try traffic(["port": 53, "direction": "both"])
    #expect(anyone.conversations.count == 2)
    #expect(try traffic(["port": 53, "direction": "in"]).conversations[0].remotePorts.isEmpty)
  }

  @Test func twoGroupsAreSeparatedWhicheverThisHostIsIn() throws {
    let found = try traffic(["between": [["10.1.0.1"], ["10.1.0.2", "10.1.0.3"]]])
    let ends = found.conversations.map { [$0.remote.map(\.text), $0.local.map(\.text)] }
    #expect(
      ends == [
        [["10.1.0.1"], ["10.1.0.2", "10.1.0.3"]], [["10.1.0.2", "10.1.0.3"], ["10.1.0.1"]],
      ])
  }

  @Test func whatNeverLeavesTheHostIsMeantOnlyWhereItIsNamed() throws {
    #expect(try !traffic(["port": 80]).includesLoopback)
    #expect(try !traffic(["to": "0.0.0.0/0"]).includesLoopback)
    #expect(try !traffic(["to": "10.1.0.0/16"]).includesLoopback)
    #expect(try traffic(["to": "127.0.0.1"]).includesLoopback)
    #expect(try traffic(["to": "10.1.0.7"]).includesLoopback, "it may be this host's own address")
    #expect(try traffic(["interface": "lo"]).includesLoopback)
    #expect(try !traffic(["interface": "eth0", "to": "10.1.0.7"]).includesLoopback)
  }

  @Test func withoutAddressesTheWayOutIsMeant() throws {
    #expect(try traffic([:]).interfaces == ["eth0"])
    #expect(refusal(["interface": "eth9"])?.message.contains("no interface 'eth9'") ?? false)
  }

  @Test func theWayInOfTheUserAndThatOfOtherAgentsGoOn() throws {
    let login = try connection(of: 10, at: "10.1.0.1:22", with: "192.0.2.7:51000", accepted: true)
    let toAgent = try connection(of: 21, at: "10.1.0.1:40000", with: "10.1.0.2:22")
    let other = try connection(of: 30, at: "10.1.0.1:40001", with: "10.1.0.3:22")
    host.established = [login, toAgent, other]
    #expect(try Set(traffic([:]).protected) == [login.withItsLike, toAgent.withItsLike])
    #expect(try traffic([:], allowing: ["sshd"]).protected == [toAgent.withItsLike])
    // In another network there are no connections of ours.
    #expect(try traffic(["inside": ["netns": "app"]]).protected.isEmpty)
  }

  @Test func theAgentsOwnNetworkIsTheSameByEveryName() throws {
    let login = try connection(of: 10, at: "10.1.0.1:22", with: "192.0.2.7:51000", accepted: true)
    host.established = [login]
    host.namespaces["/proc/30/ns/net"] = 1
    let found = try traffic(["to": "10.1.0.0/16", "inside": ["pid": 30]])
    #expect(found.namespace == nil)
    #expect(found.protected == [login.withItsLike])
  }

  @Test func whatOwnersAreToldByIsWhatTheySend() throws {
    host.users["shop"] = 7
    #expect(try traffic(["from": "10.1.0.2", "user": "shop"], usual: .in).direction == .out)
    #expect(try traffic(["from": "10.1.0.2"], usual: .in).direction == .in)
  }

  @Test func whatATreeStartsMeanwhileIsOfIt() throws {
    host.unifiedCgroups = "/sys/fs/cgroup/unified"
    host.files["/sys/fs/cgroup/unified/db/cgroup.procs"] = "30\n31\n"
    host.newborn = [
      .fake(51, "sh", parent: 31, cgroup: "/db"), .fake(52, "sort", parent: 51, cgroup: "/db"),
    ]
    #expect(try traffic(["process": ["executable": "postgres", "tree": true]]).owner != nil)
    host.newborn = []
    host.all[52] = nil
    host.all[51] = nil
    host.newborn = [.fake(53, "backup", cgroup: "/db")]
    let refused = refusal(["process": ["executable": "postgres", "tree": true]])
    #expect(refused?.message.contains("process 53 (backup) shares the cgroup") ?? false)
    host.newborn = []
    host.all[53] = .fake(53, "sshd", parent: 31, cgroup: "/db")
    let protected = refusal(["process": ["executable": "postgres", "tree": true]])
    #expect(protected?.message.contains("process 53 (sshd) shares the cgroup") ?? false)
  }

  @Test func cgroupsBelowAreMeantToo() throws {
    host.unifiedCgroups = "/sys/fs/cgroup/unified"
    host.files["/sys/fs/cgroup/unified/db/cgroup.procs"] = "30\n31\n"
    let below = ProcessFacts.fake(50, "backup", cgroup: "/db/nightly")
    host.all[50] = below
    #expect(
      refusal(["process": ["executable": "postgres"]])?.message.contains("50 (backup)") ?? false)
    host.all[50] = .fake(50, "backup", cgroup: "/dbs")
    #expect(try traffic(["process": ["executable": "postgres"]]).owner != nil)
  }

  @Test func exceptionsOfAddressesAreOneRule() throws {
    let found = try traffic([
      "to": "10.1.0.0/16", "except": ["10.1.0.1", "10.1.0.2", "db.internal"],
    ])
    #expect(
      found.exceptions.map { $0.remote.map(\.text) } == [
        ["10.1.0.1", "10.1.0.2", "10.1.0.8", "10.1.0.9"]
      ])
    #expect(
      refusal(["to": "db.internal", "except": ["10.1.0.8", "10.1.0.9"]])?.message
        .contains("leaves nothing") ?? false)
  }

  @Test func ownersAreFoundAndMustHaveTheirCgroupAlone() throws {
    #expect(try traffic(["user": "postgres"]).owner == .user(105))
    #expect(try traffic(["user": "7"]).owner == .user(7))
    #expect(refusal(["user": "nobody-there"])?.message.contains("no user") ?? false)
    #expect(refusal(["cgroup": "/db"])?.message.contains("no unified cgroup") ?? false)
    host.unifiedCgroups = "/sys/fs/cgroup/unified"
    host.files["/sys/fs/cgroup/unified/db/cgroup.procs"] = "30\n31\n"
    #expect(try traffic(["cgroup": "/db"]).owner == .cgroup(path: "unified/db", level: 1))
    #expect(
      try traffic(["process": ["executable": "postgres"]]).owner
        == .cgroup(path: "unified/db", level: 1))
    #expect(refusal(["process": ["executable": "web"]])?.message.contains("41 (cron)") ?? false)
  }

  @Test func aPlaceIsPinnedByTheInodeOfItsNamespace() throws {
    #expect(
      try traffic(["inside": ["netns": "app"]]).namespace
        == NetworkNamespace(path: "/run/netns/app", inode: 77))
    #expect(refusal(["inside": ["netns": "no-such"]])?.cure?.contains("ip netns list") ?? false)
    host.commands["podman"] = CommandResult(ending: .exited(0), output: "30\n")
    host.namespaces["/proc/30/ns/net"] = 78
    #expect(try traffic(["inside": ["container": "web"]]).namespace?.inode == 78)
    host.commands["podman"] = CommandResult(ending: .exited(0), output: "0\n")
    #expect(refusal(["inside": ["container": "web"]])?.message.contains("not running") ?? false)
  }

  @Test func peersOfAPartitionTakeThePlaceOfTheSelectorsOwn() throws {
    let found = try traffic(["port": 6379], usual: .both, peers: ["10.1.0.2", "10.1.0.3"])
    #expect(found.conversations.allSatisfy { $0.remote.count == 2 && $0.local.isEmpty })
    #expect(found.conversations.count == 2, "the port may be at either end")
  }
}
