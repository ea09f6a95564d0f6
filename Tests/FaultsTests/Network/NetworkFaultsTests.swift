import Model
import Testing

@testable import Faults

/// What an author may write, and what is wrong with the rest.
@Suite struct NetworkFaultsTests {
  @Test(
    arguments: [
      ("network.latency", ["delay": "0s"], "zero"),
      ("network.latency", [:], "missing 'delay'"),
      ("network.latency", ["delay": "10ms", "distribution": "normal"], "jitter"),
      ("network.latency", ["delay": "10m"], "4m34s"),
      ("network.loss", ["percent": "120%"], "0% to 100%"),
      ("network.loss", ["percent": "0%"], "none of them"),
      ("network.loss", [:], "one of percent, gemodel and state"),
      ("network.loss", ["gemodel": ["p": "1%", "r": "10%"], "percent": "1%"], "one of"),
      ("network.corrupt", [:], "missing 'percent'"),
      ("network.bandwidth", ["rate": "10mbps"], "some read 'bps' as bits"),
      ("network.bandwidth", ["rate": "10mbit", "burst": "100"], "add the unit: '100B'"),
      ("network.reject", ["answer": "drop"], "one of tcp-reset"),
      ("network.partition", ["shape": "star"], "one of majority"),
      ("network.flap", ["down": "1s", "up": "1s", "fault": "process.kill"], "come and go"),
      ("network.flap", ["down": "1s", "up": "1s", "fault": "network.flap"], "come and go"),
      ("network.flap", ["down": "1s"], "missing 'up'"),
      ("network.flap", ["down": "1ns", "up": "1s"], "too short"),
      ("network.loss", ["percent": "0.00001%"], "none of them"),
      ("network.dns", ["fail": "refused", "servers": "10.0.0.2:0"], "nobody's"),
      (
        "connection.latency",
        ["delay": "1s", "listen": "127.0.0.1:81", "upstream": "127.0.0.1:81"], "to itself"
      ),
      ("network.link", ["profile": "5g"], "no network profile"),
      ("network.dns", [:], "one of fail, address and delay"),
      ("network.dns", ["fail": "refused", "address": "192.0.2.1"], "one of"),
      ("network.dns", ["fail": "refused", "names": "*a.b"], "the whole first part"),
      ("connection.latency", ["delay": "1s", "listen": "127.0.0.1:1"], "go together"),
      ("connection.latency", ["delay": "1s", "percent": "0%"], "is none"),
      (
        "connection.down", ["listen": "127.0.0.1:81", "upstream": "127.0.0.1:80"],
        "would change nothing"
      ),
      ("connection.latency", ["delay": "1s", "percent": "0.00001%"], "at least 0.0001%"),
      ("http.abort", ["percent": "0.00001%"], "at least 0.0001%"),
      ("network.corrupt", ["percent": "0.00000000001%"], "at least 0.0001%"),
      ("network.dns", ["fail": "refused", "percent": "0.00001%"], "at least 0.0001%"),
      ("network.latency", ["delay": "100ns"], "from 1us to"),
      ("network.latency", ["delay": "10ms", "correlation": "20%"], "give a jitter"),
      ("network.reorder", ["delay": "10ms", "percent": "100%"], "or a gap"),
      ("network.bandwidth", ["rate": "8bit"], "at least 89 bit/s"),
      (
        "network.flap",
        [
          "fault": "connection.reset", "down": "1s", "up": "1s",
          "with": ["listen": "127.0.0.1:81", "upstream": "127.0.0.1:80"],
        ], "can't come and go"
      ),
      ("connection.slice", [:], "missing 'size'"),
      ("http.replace", [:], "nothing is replaced"),
    ] as [(String, JSON, String)])
  func mistakesAreNamed(_ kind: String, _ parameters: JSON, _ words: String) throws {
    let type = try #require(Faults.all.first { $0.name == kind })
    let problems = read(type, parameters).problems
    let texts = problems.map { "\($0.message) \($0.cure ?? "")" }
    #expect(texts.contains { $0.contains(words) }, "\(texts)")
  }

  @Test func whatComesAndGoesIsTheOtherFaultInACycle() throws {
    let rules = try rules(
      of: NetworkFlap.self,
      ["fault": "network.loss", "with": ["percent": "30%"], "down": "2s", "up": "8s"])
    #expect(rules.selecting[0].contains("< 300000 counter goto astray"))
    #expect(rules.cycle == NetworkRules.Cycle(on: .seconds(2), off: .seconds(8)))
  }

  @Test func namesAndConnectionsMayComeAndGoToo() throws {
    let names = try rules(
      of: NetworkFlap.self,
      ["fault": "network.dns", "with": ["fail": "refused"], "down": "1s", "up": "1s"])
    #expect(names.cycle != nil)
    #expect(names.server != nil)
  }

  @Test func anAddressThatCantBeReadIsOneMistakeAlone() throws {
    let (fault, problems) = read(
      ConnectionReset.self, ["listen": "localhost:8081", "upstream": "127.0.0.1:80"])
    #expect(problems.count == 1, "\(problems)")
    #expect(fault?.needsTraffic ?? false == false)
  }

  /// Of 500 ms at 10 Gbit/s netem can hold a part alone.
  @Test func aQueueThatIsTooSmallIsRemarkedOn() throws {
    func note(_ delay: String) throws -> String {
      let fault = try #require(read(NetworkLatency.self, ["delay": .string(delay)]).fault)
      return try fault.injection(
        into: .toDatabase(),
        in: NetworkSetting(step: 0, neighbours: [], linkCount: 0, host: WillingHost())
      ).note ?? ""
    }
    #expect(try note("500ms").contains("of more than 633 Mbit/s"))
    #expect(try !note("10ms").contains("netem's queue"))
    let wide = try #require(read(NetworkLatency.self, ["delay": "1ms", "jitter": "2ms"]).fault)
    let remark = try wide.injection(
      into: .toDatabase(),
      in: NetworkSetting(step: 0, neighbours: [], linkCount: 0, host: WillingHost())
    ).note
    #expect(remark?.contains("the jitter is longer than the delay") ?? false)
  }

  @Test(
    arguments: [
      ("network.dns", ["fail": "refused"], ["port": 5353], "port"),
      ("network.dns", ["fail": "refused"], ["protocol": "icmp"], "protocol"),
      ("connection.reset", [:], ["protocol": "udp"], "protocol"),
      ("connection.reset", [:], ["direction": "both", "to": "10.0.0.1"], "direction"),
      ("network.dns", ["fail": "refused"], ["direction": "both", "to": "10.0.0.1"], "direction"),
      (
        "connection.reset", ["listen": "127.0.0.1:81", "upstream": "127.0.0.1:80"], ["port": 1],
        nil
      ),
      ("network.partition", ["shape": "half"], ["to": "10.0.0.1"], "to"),
      (
        "network.flap",
        ["fault": "network.partition", "with": ["shape": "half"], "down": "1s", "up": "1s"],
        ["from": "10.0.0.1"], "from"
      ),
    ] as [(String, JSON, JSON, String?)])
  func whatAFaultCanMakeNothingOfIsAnObjection(
    _ kind: String, _ parameters: JSON, _ traffic: JSON, _ field: String?
  ) throws {
    let type = try #require(Faults.all.first { $0.name == kind })
    let fault = try #require(read(type, parameters).fault as? any NetworkFault)
    var reading = Reading(file: "traffic", catalog: .empty)
    let selector = try #require(TrafficSelector.read(Node(traffic), in: &reading))
    #expect(fault.objections(to: selector).map(\.field) == [field])
    let anything = try #require(TrafficSelector.read(Node([:]), in: &reading))
    #expect(fault.objections(to: anything).isEmpty)
  }

  @Test(arguments: PartitionShape.allCases, [4, 5, 10])
  func nobodyIsSeparatedFromOneThatIsNotSeparatedFromThem(
    _ shape: PartitionShape, _ count: Int
  ) throws {
    let hosts = (1...count).map { "n\($0)" }
    let grudges = try shape.separation(of: hosts, seed: 7)
    #expect(Set(grudges.keys) == Set(hosts))
    for (host, others) in grudges {
      #expect(!others.contains(host))
      for other in others { #expect(grudges[other]?.contains(host) ?? false) }
    }
    let seen = grudges.mapValues { count - $0.count }
    switch shape {
    case .majority: #expect(seen.values.max() == count / 2 + 1)
    case .half: #expect(Set(seen.values) == Set([count / 2, count - count / 2]))
    case .one: #expect(seen.values.filter { $0 == 1 }.count == (count == 2 ? 2 : 1))
    case .bridge: #expect(seen.values.contains(count))
    case .ring: #expect(seen.values.allSatisfy { $0 > count / 2 })
    }
  }

  @Test func aSeedPicksWhoIsWhere() throws {
    let hosts = (1...9).map { "n\($0)" }
    let shape = PartitionShape.majority
    #expect(try shape.separation(of: hosts, seed: 1) == shape.separation(of: hosts, seed: 1))
    let outcomes = try Set((0..<20).map { try shape.separation(of: hosts, seed: $0) })
    #expect(outcomes.count > 1)
  }

  @Test func twoHostsMakeNoRing() {
    #expect(throws: Refusal.self) { try PartitionShape.ring.separation(of: ["a", "b"], seed: 1) }
  }
}
