import Model
import Testing

private func range(_ text: String) -> AddressRange {
  AddressRange(text) ?? AddressRange(.loopbackV4)
}

@Suite struct NetworkFactsTests {
  private let facts = NetworkFacts(
    interfaces: [
      .init(name: "lo", isLoopback: true), .init(name: "eth0", isLoopback: false),
      .init(name: "wg0", isLoopback: false),
    ],
    routes: [
      .init(destination: AddressRange(.every(.v4), prefix: 0), interface: "eth0", metric: 100),
      .init(destination: AddressRange(.every(.v4), prefix: 0), interface: "wg0", metric: 50),
      .init(destination: range("10.0.0.0/8"), interface: "wg0", metric: 0),
      .init(destination: range("10.0.0.0/24"), interface: "eth0", metric: 0),
    ])

  @Test func theLongestPrefixWinsAndThenTheLeastMetric() throws {
    func interface(_ text: String) throws -> String? {
      facts.interface(towards: try #require(IPAddress(text: text)))
    }
    #expect(try interface("10.0.0.9") == "eth0")
    #expect(try interface("10.9.0.1") == "wg0")
    #expect(try interface("192.0.2.1") == "wg0")
    #expect(try interface("127.0.0.53") == "lo")
    #expect(try interface("2001:db8::1") == nil)
  }

  @Test func aRangeMayLeaveBySeveralInterfaces() {
    #expect(facts.interfaces(towards: range("10.0.0.0/8")) == ["eth0", "wg0"])
    #expect(facts.interfaces(towards: range("10.0.0.0/24")) == ["eth0"])
  }

  /// What a host sends to itself goes by its loopback device, which a range never means.
  @Test func anAddressOfTheHostsOwnIsReachedByLoopback() {
    var own = facts
    own.routes.append(
      NetworkFacts.Route(destination: range("10.0.0.9"), interface: "lo", metric: 0))
    #expect(own.interfaces(towards: range("10.0.0.9")) == ["lo"])
    #expect(own.interfaces(towards: range("10.0.0.0/24")) == ["eth0"])
  }
}

@Suite struct ConversationTests {
  private func ports(_ first: Int, _ last: Int) -> [PortRange] {
    [PortRange(first, last)].compactMap(\.self)
  }

  @Test func twoMeetWhereEveryConditionOfBothCanHold() {
    let database = Conversation(remote: [range("10.0.0.2")], remotePorts: ports(5432, 5432))
    #expect(database.overlaps(Conversation()))
    #expect(database.overlaps(Conversation(remote: [range("10.0.0.0/24")])))
    #expect(database.overlaps(Conversation(remotePorts: ports(5000, 6000), transport: .tcp)))
    #expect(!database.overlaps(Conversation(remotePorts: ports(80, 80))))
    #expect(!database.overlaps(Conversation(remote: [range("10.0.0.3")])))
    #expect(
      !Conversation(transport: .udp).overlaps(Conversation(transport: .tcp)))
  }

  @Test func trafficOfOtherPlacesOrWaysDoesNotMeet() {
    let out = Traffic(direction: .out, conversations: [Conversation()], interfaces: ["eth0"])
    var other = out
    #expect(out.overlaps(other))
    other.direction = .in
    #expect(!out.overlaps(other))
    other.direction = .both
    #expect(out.overlaps(other))
    other.interfaces = ["eth1"]
    #expect(!out.overlaps(other))
    other = out
    other.namespace = NetworkNamespace(path: "/run/netns/a", inode: 7)
    #expect(!out.overlaps(other))
    other = out
    other.owner = .user(1)
    #expect(out.overlaps(other))
  }
}
