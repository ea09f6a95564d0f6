import Model
import Testing

@testable import Faults

/// What ip(8), tc(8) and nft(8) are told by faults that shape packets.
@Suite struct ShapingRulesTests {
  private func neighbour(_ step: Int, _ delay: Int) -> NetworkSetting.Neighbour {
    NetworkSetting.Neighbour(
      step: step, traffic: .toDatabase(),
      shaping: ShapedWays(both: Shaping(delay: .init(.milliseconds(delay)))))
  }

  @Test func packetsAreForwardedThroughADeviceOfTheFaultsOwn() throws {
    let rules = try rules(
      of: NetworkLatency.self, ["delay": "200ms", "jitter": "20ms"], linkCount: 7)
    let link = RunMark.placeholder + "7"
    #expect(rules.links.map(\.name) == [link])
    let discipline = try #require(rules.links[0].disciplines.first).joined(separator: " ")
    #expect(rules.links[0].disciplines.count == 1)
    #expect(discipline.hasPrefix("root handle 1: netem limit "))
    #expect(discipline.hasSuffix("delay 200ms 20ms"))
    #expect(
      rules.linkCommands.map { $0.prefix(4).joined(separator: " ") }
        == ["ip link add name", "tc qdisc add dev", "ip link set dev"])
    #expect(
      rules.chains == ["out_base { type filter hook egress device \"eth0\" priority -1; }"])
    #expect(
      rules.lines == [
        "out_0 counter fwd to \"\(link)\"",
        "out_base ip daddr 10.0.0.2 meta l4proto { tcp, udp, sctp } th dport 5432 "
          + "meta protocol @live counter goto out_0",
      ])
  }

  @Test func whatIsOvertakenIsNoMeasure() throws {
    let rules = try rules(of: NetworkReorder.self, ["delay": "100ms", "percent": "25%"])
    #expect(rules.links.map { $0.delay == nil } == [true])
  }

  @Test func eachWayHasADeviceOfItsOwn() throws {
    let rules = try rules(of: NetworkLink.self, ["profile": "3g"], into: .toDatabase(.both))
    #expect(rules.links.count == 2)
    #expect(rules.links[0].disciplines != rules.links[1].disciplines)
    #expect(rules.chains.map { $0.contains("egress") } == [true, false])
  }

  /// Three faults on the same packets: the last one's chains ask for the two before it, and there is a
  /// device for each answer.
  @Test func theLatestFaultDoesThePartOfTheOthersToo() throws {
    let rules = try rules(
      of: NetworkLatency.self, ["delay": "1ms"], step: 5,
      beside: [neighbour(1, 10), neighbour(3, 100)])
    #expect(rules.links.count == 4)
    func delays(_ link: NetworkRules.Link) -> Set<String> {
      Set(
        link.disciplines.compactMap { words in
          words.firstIndex(of: "delay").map { words[$0 + 1] }
        })
    }
    #expect(
      rules.links.map(delays) == [
        ["10ms", "100ms", "1ms"], ["10ms", "1ms"], ["100ms", "1ms"], ["1ms"],
      ])
    #expect(
      rules.links.map { $0.delay?.mean } == [nil, nil, nil, .milliseconds(1)],
      "a delay is measured where it is alone")
    #expect(rules.gates.map(\.step) == [1, 3])
    // Each is asked for by a set that is empty as long as that fault is not in force.
    #expect(rules.lines.contains { $0.hasPrefix("out_5 ") && $0.contains("@with_1") })
    #expect(rules.chains == ["out_base { type filter hook egress device \"eth0\" priority -6; }"])
    // A chain stands before the rule that goes to it.
    for (index, line) in rules.script.enumerated() {
      guard let target = line.split(separator: " ").last, line.contains(" goto ") else { continue }
      let made = rules.script.firstIndex {
        $0.hasPrefix("add chain ") && $0.hasSuffix(" \(target)")
      }
      #expect(try #require(made, "\(line)") < index)
    }
  }

  @Test func tooManyFaultsOnTheSamePacketsAreRefused() {
    #expect(throws: Refusal.self) {
      try rules(
        of: NetworkLatency.self, ["delay": "1ms"], step: 9,
        beside: (1...4).map { neighbour($0, $0) })
    }
  }

  @Test func anOwnerIsMarkedWhereItIsKnownAndTheMarkIsTakenAway() throws {
    var traffic = Traffic.toDatabase()
    traffic.owner = .user(33)
    let rules = try rules(of: NetworkLatency.self, ["delay": "1ms"], into: traffic, step: 1)
    #expect(rules.tables.map(\.family) == ["netdev", "inet"])
    #expect(rules.live.count == 2)
    #expect(
      rules.lines.contains {
        $0.contains("meta skuid 33 counter meta mark set meta mark or 0x10000000")
      })
    #expect(rules.lines.contains { $0.contains("meta mark and 0x10000000 == 0x10000000") })
    #expect(rules.lines.contains { $0 == "out_1 meta mark set meta mark and 0xefffffff" })
  }

  @Test func aKernelWithoutNetemIsToldWithWhatElseWouldDo() {
    let host = WillingHost()
    host.results["tc"] = CommandResult(
      ending: .exited(2), errors: "Error: Specified qdisc kind is unknown.")
    let refusal = #expect(throws: Refusal.self) {
      try rules(of: NetworkLatency.self, ["delay": "1ms"], on: host)
    }
    #expect(refusal?.message.contains("sch_netem") ?? false)
    #expect(refusal?.cure?.contains("connection.") ?? false)
  }

  /// The module makes two devices that nobody wants when the kernel asks for it.
  @Test func theModuleOfTheDevicesIsAskedForWithoutItsOwn() throws {
    let host = WillingHost()
    _ = try rules(of: NetworkLatency.self, ["delay": "1ms"], on: host)
    #expect(
      host.checked.map(\.argv).filter { $0.contains("ifb") } == [
        ["modprobe", "--quiet", "ifb", "numifbs=0"],
        ["unshare", "--net", "ip", "link", "add", "name", "check", "type", "ifb"],
      ])
    host.results["ip"] = CommandResult(
      ending: .exited(2), errors: "Error: Unknown device type.")
    let refusal = #expect(throws: Refusal.self) {
      try rules(of: NetworkLatency.self, ["delay": "1ms"], on: host)
    }
    #expect(refusal?.message.contains("no ifb device") ?? false)
  }

  @Test func trafficWithoutARouteIsRefused() {
    var traffic = Traffic.toDatabase()
    traffic.interfaces = []
    #expect(throws: Refusal.self) {
      try rules(of: NetworkLatency.self, ["delay": "1ms"], into: traffic)
    }
  }

  /// Two faults take no more devices together than there are names for.
  @Test func namesOfDevicesRunOut() {
    #expect(throws: Refusal.self) {
      try rules(of: NetworkLatency.self, ["delay": "1ms"], linkCount: 36)
    }
  }
}
