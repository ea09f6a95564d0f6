import Model
import Testing

@testable import Faults

/// What nft(8) is told by faults that drop, reject or redirect.
@Suite struct FilterRulesTests {
  private let ports = "meta l4proto { tcp, udp, sctp }"
  /// What leaves is sent astray, since the sender would hear of a drop.
  private let lost = "counter goto astray"

  @Test func everyRuleThatSelectsAsksForAnElementThatEndsByItself() throws {
    let rules = try rules(of: NetworkBlackhole.self)
    #expect(rules.script[0].hasSuffix("{ flags owner; }"))
    #expect(rules.script[1].hasSuffix("live { typeof meta nfproto; flags timeout; }"))
    #expect(rules.chains.first == "out { type route hook output priority raw; }")
    #expect(
      rules.selecting.first
        == "out meta nfproto @live ip daddr 10.0.0.2 \(ports) th dport 5432 \(lost)")
    #expect(rules.live.map(\.elements) == [["ipv4", "ipv6"]])
  }

  @Test func theWayBackHasItsEndsExchanged() throws {
    let rules = try rules(of: NetworkBlackhole.self, into: .toDatabase(.both))
    #expect(rules.chains.last == "in { type filter hook input priority mangle; }")
    #expect(
      rules.selecting[1]
        == "in meta nfproto @live ip saddr 10.0.0.2 \(ports) th sport 5432 counter drop")
  }

  @Test func eachFamilyHasARuleOfItsOwn() throws {
    let traffic = Traffic(
      direction: .out, conversations: [Conversation(remote: ["10.0.0.0/8", "2001:db8::/32"])])
    let rules = try rules(of: NetworkBlackhole.self, into: traffic)
    #expect(
      rules.selecting.prefix(2) == [
        "out oifname != \"lo\" meta nfproto @live ip daddr 10.0.0.0/8 \(lost)",
        "out oifname != \"lo\" meta nfproto @live ip6 daddr 2001:db8::/32 \(lost)",
      ])
  }

  /// A conversation of an IPv4 address here with an IPv6 address there does not exist.
  @Test func endsOfDifferentFamiliesMatchNothing() throws {
    let traffic = Traffic(
      direction: .out, conversations: [Conversation(remote: ["10.0.0.2"], local: ["::1"])])
    let lines = try rules(of: NetworkBlackhole.self, into: traffic).lines
    #expect(!lines.contains { $0.hasPrefix("out ") })
  }

  @Test func whatMustGoOnIsAcceptedFirst() throws {
    var traffic = Traffic.toDatabase(.both)
    traffic.protected = [
      Conversation(
        remote: ["192.0.2.7"], localPorts: [PortRange(22, 22)].compactMap(\.self), transport: .tcp)
    ]
    traffic.exceptions = [Conversation(remote: ["10.0.0.2"], transport: .icmp)]
    let lines = try rules(of: NetworkBlackhole.self, into: traffic).selecting
    #expect(
      lines.prefix(2) == [
        "out ip daddr 192.0.2.7 meta l4proto tcp th sport 22 accept",
        "out ip daddr 10.0.0.2 meta l4proto icmp accept",
      ])
    #expect(lines[3] == "in ip saddr 192.0.2.7 meta l4proto tcp th dport 22 accept")
  }

  @Test func ownersAndSharesNarrow() throws {
    var traffic = Traffic(direction: .out, conversations: [Conversation()])
    traffic.owner = .user(33)
    traffic.share = Traffic.Share(fraction: 0.25, unit: .connections)
    let lines = try rules(of: NetworkBlackhole.self, into: traffic, step: 4).selecting
    #expect(
      lines.first == "out oifname != \"lo\" meta nfproto @live meta skuid 33 "
        + "jhash ct id mod 1000000 seed 5 < 250000 \(lost)")
    traffic.owner = .cgroup(path: "unified/web", level: 1)
    traffic.share = Traffic.Share(fraction: 0.5, unit: .packets)
    traffic.interfaces = ["eth0", "eth1"]
    traffic.namesInterfaces = true
    #expect(
      try rules(of: NetworkBlackhole.self, into: traffic).selecting.first
        == "out oifname { \"eth0\", \"eth1\" } meta nfproto @live "
        + "socket cgroupv2 level 1 \"unified/web\" numgen random mod 1000000 < 500000 \(lost)")
  }

  @Test func aLossWithoutCorrelationNeedsNoDevice() throws {
    let rules = try rules(of: NetworkLoss.self, ["percent": "0.01%"])
    #expect(rules.links.isEmpty)
    #expect(rules.selecting[0].hasSuffix("numgen random mod 1000000 < 100 \(lost)"))
  }

  /// A packet that output drops is an error of the sender's system call: so it is lost on the loopback
  /// device.
  @Test func whatLeavesIsLostWithoutAnErrorForItsSender() throws {
    let leaving = try rules(of: NetworkBlackhole.self)
    #expect(
      leaving.chains == [
        "out { type route hook output priority raw; }",
        "lost { type filter hook prerouting priority -450; }",
        "leaving { type filter hook postrouting priority -450; }",
      ])
    let ours = ["ip daddr 127.108.111.115", "ip6 daddr ::1 ip6 flowlabel 0x6c6f7 ip6 hoplimit 115"]
    #expect(
      leaving.lines.filter { !$0.hasPrefix("out ") } == [
        "astray notrack", "astray ip daddr set 127.108.111.115",
        "astray ip6 flowlabel set 0x6c6f7 ip6 hoplimit set 115 ip6 daddr set ::1",
      ] + ours.map { "lost iifname \"lo\" \($0) drop" }
        + ours.map { "leaving oifname != \"lo\" \($0) drop" })
    let arriving = try rules(of: NetworkBlackhole.self, into: .toDatabase(.in))
    #expect(arriving.chains == ["in { type filter hook input priority mangle; }"])
  }

  /// Connections are known behind their tracking, and not without.
  @Test func aShareOfTheConnectionsIsLostWhereTheyAreKnown() throws {
    var share = Traffic.toDatabase()
    share.share = Traffic.Share(fraction: 0.5, unit: .connections)
    let shared = try rules(of: NetworkBlackhole.self, into: share)
    #expect(shared.chains.first == "out { type route hook output priority mangle; }")
    #expect(!shared.lines.contains { $0.contains("notrack") })
  }

  @Test func aResetIsForTCPAndTheRestHearsThatNobodyListens() throws {
    let lines = try rules(of: NetworkReject.self).lines
    #expect(lines[0].hasSuffix("meta l4proto tcp counter reject with tcp reset"))
    #expect(
      lines[1].hasSuffix("meta l4proto != tcp counter reject with icmpx type port-unreachable"))
    let other = try rules(of: NetworkReject.self, ["answer": "no-route"]).lines
    #expect(other.count == 1)
    #expect(other[0].hasSuffix("counter reject with icmpx type no-route"))
  }

  @Test func connectionsAreRedirectedToTheProxyAndItsOwnAreNot() throws {
    let rules = try rules(of: ConnectionLatency.self, ["delay": "50ms"], step: 2)
    #expect(rules.chains == ["out { type nat hook output priority -103; }"])
    #expect(
      rules.lines == [
        "out meta nfproto @live ip daddr 10.0.0.2 \(ports) th dport 5432 meta nfproto ipv4 "
          + "meta l4proto tcp @th,104,8 & 0x17 == 0x2 meta mark != 0x6a656e00-0x6a656e02 counter "
          + "redirect to :?port-v4?"
      ])
    guard case .proxy(let settings)? = rules.server else {
      Issue.record("no proxy")
      return
    }
    #expect(settings.mark == 0x6a65_6e02)
    #expect(settings.listen.map(\.text) == ["127.0.0.1:0"])
    #expect(settings.upstream == .originalDestination)
  }

  /// Of several proxies that of the latest step comes first, and none takes what comes from one behind it.
  @Test func connectionsPassEachProxyOnce() throws {
    let first = try rules(of: ConnectionLatency.self, ["delay": "50ms"], step: 0)
    let later = try rules(of: ConnectionReset.self, step: 1)
    #expect(first.chains == ["out { type nat hook output priority -101; }"])
    #expect(later.chains == ["out { type nat hook output priority -102; }"])
    #expect(first.lines[0].contains("meta mark != 0x6a656e00 counter"))
    #expect(later.lines[0].contains("meta mark != 0x6a656e00-0x6a656e01 counter"))
  }

  @Test func theFamiliesOfARedirectAreThoseOfItsOwnNetwork() throws {
    let host = WillingHost()
    host.results["nsenter"] = CommandResult(ending: .exited(0), output: "")
    var traffic = Traffic(direction: .out, conversations: [Conversation()])
    #expect(try rules(of: ConnectionReset.self, into: traffic, on: host).lines.count == 2)
    traffic.namespace = NetworkNamespace(path: "/run/netns/app", inode: 7)
    #expect(try rules(of: ConnectionReset.self, into: traffic, on: host).lines.count == 1)
  }

  @Test func everythingIsNoChance() throws {
    var traffic = Traffic.toDatabase()
    for unit in [TrafficUnit.packets, .connections] {
      traffic.share = Traffic.Share(fraction: 0.999_999_9, unit: unit)
      let lines = try rules(of: NetworkBlackhole.self, into: traffic).selecting
      #expect(lines.allSatisfy { !$0.contains(" mod ") }, "\(lines)")
    }
    let lines = try rules(of: NetworkLoss.self, ["percent": "99.99999%"]).selecting
    #expect(lines.allSatisfy { !$0.contains(" mod ") }, "\(lines)")
  }

  /// Else whatever else goes to that host would come to the resolver.
  @Test func queriesAreThoseToThePortOfTheNameServer() throws {
    let narrowed = Traffic(
      direction: .out, conversations: [Conversation(remote: ["10.0.0.2"], transport: .udp)])
    let lines = try rules(
      of: NetworkDNS.self, ["fail": "timeout", "servers": "10.0.0.2:5353"], into: narrowed
    ).lines
    #expect(lines.contains { $0.hasPrefix("out ") })
    for line in lines where line.hasPrefix("out ") || line.hasPrefix("apart ") {
      #expect(line.contains("th dport 5353 "))
    }
    #expect(!lines.contains { $0.contains("meta l4proto tcp") }, "\(lines)")
  }

  @Test func nameServersAreThoseOfTheNetwork() throws {
    let host = WillingHost()
    host.files["/etc/netns/app/resolv.conf"] = "nameserver 10.1.0.53\n"
    host.files["/proc/30/root/etc/resolv.conf"] = "nameserver 10.2.0.53\n"
    var traffic = Traffic(direction: .out, conversations: [Conversation()])
    for (path, server) in [("/run/netns/app", "10.1.0.53"), ("/proc/30/ns/net", "10.2.0.53")] {
      traffic.namespace = NetworkNamespace(path: path, inode: 7)
      let rules = try rules(of: NetworkDNS.self, ["fail": "refused"], into: traffic, on: host)
      #expect(rules.lines.contains { $0.contains("daddr \(server) ") }, "\(rules.lines)")
    }
  }

  @Test func whatComesInIsRedirectedBeforeItIsRouted() throws {
    let rules = try rules(of: ConnectionReset.self, into: .toDatabase(.in))
    #expect(rules.chains == ["in { type nat hook prerouting priority -101; }"])
  }

  /// Else a local name server would be asked by our resolver what it asks itself.
  @Test func onlyQueriesToTheNameServersAreRedirected() throws {
    let anything = Traffic(direction: .out, conversations: [Conversation()])
    let rules = try rules(of: NetworkDNS.self, ["fail": "timeout"], into: anything)
    #expect(rules.lines.contains { $0.contains("ip daddr 192.0.2.53") && $0.contains("dport 53 ") })
    #expect(rules.lines.contains { $0.contains("ip6 daddr ::1") && $0.hasSuffix("?port-v6?") })
    #expect(rules.selecting.allSatisfy { $0.contains("daddr") })
  }

  /// Else what programs ask of one server would be answered by another, which may know other names.
  @Test func whatIsForwardedGoesToTheServersThatAreNamed() throws {
    func upstreams(_ remote: [AddressRange], _ parameters: JSON) throws -> [String] {
      let traffic = Traffic(direction: .out, conversations: [Conversation(remote: remote)])
      let rules = try rules(of: NetworkDNS.self, parameters, into: traffic)
      guard case .resolver(let settings) = rules.server else { return [] }
      return settings.upstreams.map(\.text)
    }
    #expect(try upstreams(["10.0.0.9"], ["fail": "refused"]) == ["10.0.0.9:53"])
    #expect(
      try upstreams(["10.0.0.9"], ["fail": "refused", "servers": "10.0.0.8:5353"])
        == ["10.0.0.8:5353"])
    #expect(try upstreams(["10.0.0.0/8"], ["fail": "refused"]).first == "192.0.2.53:53")
  }

  /// Else it would be a name server for everybody.
  @Test func whoIsNotRedirectedToTheResolverIsNotAnswered() throws {
    let rules = try rules(of: NetworkDNS.self, ["fail": "refused"], into: .toDatabase(.in))
    #expect(rules.chains.last == "strangers { type filter hook input priority mangle; }")
    #expect(
      rules.lines.filter { $0.hasPrefix("strangers ") }
        == ["udp", "tcp"].map {
          "strangers meta nfproto ipv4 meta l4proto \($0) th dport ?port-v4? ct status & dnat == 0 drop"
        })
  }

  /// Else a socket that is kept would stay where its first datagram went: past the resolver, or to it.
  @Test func queriesOverDatagramsAreTrackedApart() throws {
    let whole = try rules(of: NetworkDNS.self, ["fail": "timeout"], step: 3)
    #expect(
      whole.chains.prefix(2) == [
        "apart { type filter hook output priority -303; }",
        "answers { type filter hook output priority -303; }",
      ])
    #expect(
      whole.lines.prefix(2) == [
        "apart meta nfproto @live ip daddr 10.0.0.2 \(ports) th dport 53 meta nfproto ipv4 "
          + "meta l4proto udp meta mark != 0x6a656e00-0x6a656e03 ct zone set ?port-v4?",
        "answers meta nfproto ipv4 meta l4proto udp th sport ?port-v4? ct zone set ?port-v4?",
      ])
    var share = Traffic.toDatabase()
    share.share = Traffic.Share(fraction: 0.5, unit: .packets)
    let shared = try rules(of: NetworkDNS.self, ["fail": "timeout"], into: share)
    #expect(shared.chains.count == 2)
  }

  @Test func aListeningProxyNeedsNoRule() throws {
    let rules = try rules(
      of: ConnectionTimeout.self, ["listen": "127.0.0.1:6380", "upstream": "127.0.0.1:6379"])
    #expect(rules.script.isEmpty)
    #expect(rules.tables.isEmpty)
    #expect(rules.objects.shown.isEmpty)
  }

  @Test func whatTheKernelRefusesIsRefusedWithItsCure() {
    let host = WillingHost()
    host.results["nft"] = CommandResult(
      ending: .exited(1), errors: "Error: Could not process rule: Operation not permitted")
    let refusal = #expect(throws: Refusal.self) {
      try rules(of: NetworkBlackhole.self, on: host)
    }
    #expect(refusal?.message.contains("cap_net_admin") ?? false)
    host.results["nft"] = CommandResult(ending: .notStarted("no such file"))
    let missing = #expect(throws: Refusal.self) {
      try rules(of: NetworkBlackhole.self, on: host)
    }
    #expect(missing?.cure == "install the package nftables")
  }
}
