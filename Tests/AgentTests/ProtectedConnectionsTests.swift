import Model
import Testing

@testable import Agent

/// Whose connections a network fault must not cut, in which form, and what the user is told of that.
@Suite struct ProtectedConnectionsTests {
  private let host = FakeHost()
  private let own: Int32 = 20

  /// A runner that was started by a shell of this parent, with its agent and an ssh to another one.
  private func family(below parent: Int32) -> [ProcessFacts] {
    [
      .fake(15, "bash", parent: parent), .fake(16, "jenner", parent: 15),
      .fake(own, "jenner-agent", parent: 16), .fake(21, "ssh", parent: 16),
    ]
  }

  private func set(_ processes: [ProcessFacts]) {
    for process in processes { host.all[process.identity.pid] = process }
  }

  /// Has a process reach a server.
  private func connect(
    _ process: Int32, to server: String, from local: String = "10.1.0.1:40000"
  ) throws {
    host.established.append(
      EstablishedConnection(
        process: process, local: try #require(IPEndpoint(text: local)),
        remote: try #require(IPEndpoint(text: server)), isAccepted: false))
  }

  /// Has a process serve a client at a port.
  private func serve(_ process: Int32, _ client: String, at port: UInt16 = 22) throws {
    let local = IPEndpoint(try #require(IPAddress(text: "10.1.0.1")), port: port)
    host.established.append(
      EstablishedConnection(
        process: process, local: local, remote: try #require(IPEndpoint(text: client + ":51000")),
        isAccepted: true))
  }

  private func all(allowing allowed: Set<String> = []) throws -> [ProtectedConnection] {
    try ProtectedConnections(host: host, own: own, allowed: allowed).all()
  }

  private func owners(allowing allowed: Set<String> = []) throws -> [Int32] {
    try all(allowing: allowed).map(\.connection.process)
  }

  private func conversation(
    _ remote: String, port: UInt16? = nil, from local: [UInt16] = []
  ) throws -> Conversation {
    Conversation(
      remote: [try #require(AddressRange(remote))], remotePorts: port.map { [PortRange($0)] } ?? [],
      localPorts: local.map { PortRange($0) }, transport: .tcp)
  }

  // MARK: Whose

  @Test func whereTheUsersLoginIsKnownNoOtherIsMeant() throws {
    set(family(below: 10) + [.fake(10, "sshd"), .fake(11, "sshd")])
    try serve(10, "192.0.2.7")
    try serve(11, "192.0.2.8")
    #expect(try owners() == [10])
  }

  /// The server of tmux has left the login that started it: its parent is the first process.
  @Test(arguments: ["tmux", "screen", "cron"])
  func whereItIsNotEveryLoginGoesOn(_ starter: String) throws {
    set(family(below: 9) + [.fake(9, starter), .fake(10, "sshd"), .fake(12, "postgres")])
    // Another user's program can't be read, only its title.
    var session = ProcessFacts.fake(11, user: 0)
    session.executable = nil
    session.commandLine = ["sshd-session: ann@pts/0"]
    set([session, .fake(13, "dropbear")])
    try serve(10, "192.0.2.7")
    try serve(11, "192.0.2.8")
    try serve(12, "192.0.2.9", at: 5432)
    try serve(13, "192.0.2.10", at: 2222)
    #expect(try owners() == [10, 11, 13])
    let ofSSH = try conversation("192.0.2.7", from: [22])
    let others = try all().conversations
    #expect(others.first?.localPorts == ofSSH.localPorts)
    #expect(others.first?.remote.map(\.text) == ["192.0.2.7", "192.0.2.8"])
  }

  /// In a container sshd may be the first process, who takes on whoever has lost a parent.
  @Test func theFirstProcessIsNobodysLogin() throws {
    set(family(below: 9) + [.fake(1, "sshd", parent: 0), .fake(9, "tmux"), .fake(11, "sshd")])
    try serve(11, "192.0.2.8")
    #expect(try owners() == [11])
  }

  @Test func theAuthorMayAllowLoginsToBeCut() throws {
    set(family(below: 9) + [.fake(9, "tmux"), .fake(10, "sshd-session"), .fake(11, "dropbear")])
    try serve(10, "192.0.2.7")
    try serve(11, "192.0.2.8")
    #expect(try owners(allowing: ["sshd"]) == [11])
    #expect(try owners(allowing: ["sshd-session", "dropbear"]).isEmpty)
    // Whoever lets go of the own login has not asked for the others'.
    set([.fake(15, "bash", parent: 10)])
    #expect(try owners(allowing: ["sshd"]).isEmpty)
  }

  @Test(arguments: [[17], [17, 18]] as [[Int32]])
  func whatTheRunnerStartedIsFoundBehindSudo(_ between: [Int32]) throws {
    set(family(below: 10) + [.fake(10, "sshd")])
    // Sudo, and the process by which it waits.
    for pid in between { set([.fake(pid, "sudo", parent: pid == 17 ? 16 : 17, user: 0)]) }
    set([.fake(own, "jenner-agent", parent: try #require(between.last), user: 0)])
    set([.fake(30, "curl", parent: 15)])
    try connect(21, to: "10.1.0.2:22")
    try connect(30, to: "10.1.0.3:80")
    #expect(try owners() == [21], "what the shell has started is no way to an agent")
  }

  /// The connection is that of the program which ssh has start for it.
  @Test func anAgentMayBeReachedByWayOfAThirdHost() throws {
    set(family(below: 10) + [.fake(10, "sshd"), .fake(23, "nc", parent: 21)])
    set([.fake(24, "helper", parent: own)])
    try connect(23, to: "10.1.0.9:443")
    try connect(24, to: "10.1.0.3:80")
    #expect(try all().conversations == [try conversation("10.1.0.9", port: 443)])
  }

  @Test func withoutARunnerTheParentsChildrenAreMeant() throws {
    set([
      .fake(10, "sshd"), .fake(16, "sh", parent: 10), .fake(own, "jenner-agent", parent: 16),
      .fake(21, "ssh", parent: 16), .fake(22, "ssh", parent: 10),
    ])
    try connect(21, to: "10.1.0.2:22")
    try connect(22, to: "10.1.0.3:22")
    #expect(try owners() == [21])
    // Everybody who has lost a parent is the first process's child.
    set([.fake(own, "jenner-agent", parent: 1), .fake(21, "ssh", parent: 1)])
    #expect(try owners().isEmpty)
  }

  // MARK: In which form

  @Test func aConnectionOfAnyOtherProgramIsSparedAlone() throws {
    set(family(below: 12) + [.fake(12, "worker"), .fake(10, "sshd")])
    for port in [40_000, 40_001, 40_005] {
      try connect(12, to: "10.1.0.2:80", from: "10.1.0.1:\(port)")
    }
    #expect(
      try all().conversations == [
        try conversation("10.1.0.2", port: 80, from: [40_000, 40_001, 40_005])
      ])
  }

  @Test func whatHasToBeMadeAnewIsSparedFromEveryPort() throws {
    set(family(below: 12) + [.fake(12, "ssh"), .fake(22, "kubectl", parent: 16)])
    try connect(12, to: "10.1.0.2:22")
    try connect(22, to: "10.1.0.3:6443")
    #expect(
      try all().conversations == [
        try conversation("10.1.0.2", port: 22), try conversation("10.1.0.3", port: 6443),
      ])
  }

  @Test func whoIsServedByWhatStartedTheRunnerMayComeAgain() throws {
    set(family(below: 12) + [.fake(12, "web-terminal")])
    try serve(12, "192.0.2.7", at: 443)
    #expect(try all().conversations == [try conversation("192.0.2.7", from: [443])])
  }

  @Test func oneRuleForAllStandsForThatOfOneToo() throws {
    set(family(below: 12) + [.fake(12, "worker")])
    try connect(12, to: "10.1.0.2:22", from: "10.1.0.1:40001")
    try connect(21, to: "10.1.0.2:22", from: "10.1.0.1:40002")
    #expect(try all().conversations == [try conversation("10.1.0.2", port: 22)])
  }

  // MARK: What is said

  private func remarks(to remote: String, port: UInt16?) throws -> [String] {
    let selected = Conversation(
      remote: [try #require(AddressRange(remote))], remotePorts: port.map { [PortRange($0)] } ?? [])
    return try all().remarks(on: [selected])
  }

  @Test func whoNamesTheServerOfAProtectedConnectionIsTold() throws {
    set(family(below: 12) + [.fake(12, "worker")])
    try connect(12, to: "10.1.0.2:80")
    #expect(
      try remarks(to: "10.1.0.2", port: 80) == [
        "the connection of worker (12) to 10.1.0.2 port 80 is spared; see allow-protected"
      ])
    #expect(try remarks(to: "10.1.0.2", port: 81).isEmpty)
    #expect(try remarks(to: "10.1.0.3", port: 80).isEmpty)
    // There is more to hit than what is spared.
    #expect(try remarks(to: "10.1.0.2", port: nil).isEmpty)
    #expect(try remarks(to: "10.1.0.0/24", port: 80).isEmpty)
    try connect(12, to: "10.1.0.2:80", from: "10.1.0.1:40001")
    #expect(
      try remarks(to: "10.1.0.2", port: 80) == [
        "2 connections of worker (12) to 10.1.0.2 port 80 are spared; see allow-protected"
      ])
  }

  /// The id of what is started with each run would make two plans of an unchanged host different.
  @Test func ofWhatTheRunStartsNoIdIsSaid() throws {
    set(family(below: 10) + [.fake(10, "sshd")])
    try connect(21, to: "10.1.0.2:22")
    #expect(
      try remarks(to: "10.1.0.2", port: 22) == [
        "the connection of ssh to 10.1.0.2 port 22 is spared, with every other one to 10.1.0.2 "
          + "port 22; see allow-protected"
      ])
  }

  @Test func aLoginIsNamedByItsClient() throws {
    set(family(below: 10) + [.fake(10, "sshd"), .fake(11, "sshd", parent: 10)])
    set([.fake(15, "bash", parent: 11)])
    // The two parts of sshd have one socket.
    try serve(10, "192.0.2.7")
    try serve(11, "192.0.2.7")
    let selected = try conversation("192.0.2.7", from: [22])
    #expect(
      try all().remarks(on: [selected]) == [
        "the connection of sshd (10) from 192.0.2.7 to port 22 is spared, with every other one "
          + "from 192.0.2.7 to port 22; see allow-protected"
      ])
    let another = try conversation("192.0.2.7", from: [80])
    #expect(try all().remarks(on: [another]).isEmpty)
  }

  @Test func manyAreCounted() throws {
    set(family(below: 12) + [.fake(12, "worker")])
    for port in 81...86 { try connect(12, to: "10.1.0.2:\(port)") }
    let selected = Conversation(
      remote: [try #require(AddressRange("10.1.0.2"))],
      remotePorts: [PortRange(80, 90)].compactMap(\.self))
    let remarks = try all().remarks(on: [selected])
    #expect(remarks.count == 4)
    #expect(remarks.last == "so are those of 3 more; see allow-protected")
  }
}
