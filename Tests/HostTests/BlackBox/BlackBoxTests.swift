import ChildProcess
import Glibc
import Testing

extension RealHost.NetworkFaults {
  /// What other tools test of their network faults from outside, asked of this one.
  @Suite("Cases of pumba, chaosblade and krkn")
  struct BlackBoxTests {
    /// A fault, and what must be seen while it is in force, from host 0 to host 1.
    struct Case: Sendable, CustomStringConvertible {
      /// The tool, and its test.
      var origin: String
      var fault: String
      /// How many of ten datagrams arrive at each of these ports.
      var arrivals: [Int: Int]
      /// And how many come back on the same ports.
      var backwards: [Int: Int] = [:]

      var description: String { origin }
    }

    private static let cases = [
      Case(
        origin: "pumba 5: loss of 100 percent, and nothing is received",
        fault: "network.loss, traffic: {to: 10.77.0.2}, with: {percent: 100%}",
        arrivals: [7_000: 0]),
      Case(
        origin: "pumba 5: a filter by address hits only that target",
        fault:
          "network.loss, traffic: {to: [10.77.0.2, 10.77.0.3], except: 10.77.0.2, port: 7000}, "
          + "with: {percent: 100%}",
        arrivals: [7_000: 10]),
      Case(
        origin: "pumba 5: iptables blocks port 80, and not 8080",
        fault: "network.blackhole, traffic: {to: 10.77.0.2, port: 80}",
        arrivals: [80: 0, 8_080: 10]),
      Case(
        origin: "chaosblade 2: a destination with ports 6000 to 9000",
        fault: "network.blackhole, traffic: {to: 10.77.0.2, port: 6000-9000, protocol: udp}",
        arrivals: [5_999: 10, 6_000: 0, 7_777: 0, 9_000: 0, 9_001: 10]),
      Case(
        origin: "chaosblade 2: everything but some ports",
        fault: "network.blackhole, traffic: {to: 10.77.0.2, except: {port: [22, 8000-8100]}}",
        arrivals: [21: 0, 22: 10, 7_999: 0, 8_000: 10, 8_100: 10, 8_101: 0]),
      Case(
        origin: "krkn 1: egress only leaves ingress untouched",
        fault: "network.loss, traffic: {to: 10.77.0.2, direction: out}, with: {percent: 100%}",
        arrivals: [7_000: 0], backwards: [7_000: 10]),
      Case(
        origin: "krkn 1: ingress only leaves egress untouched",
        fault: "network.loss, traffic: {to: 10.77.0.2, direction: in}, with: {percent: 100%}",
        arrivals: [7_000: 10], backwards: [7_000: 0]),
    ]

    @Test("hit what is meant and nothing else", arguments: cases)
    func seen(_ example: Case) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(3, in: rig)
        try await FaultRun.during(
          "{fault: \(example.fault)}", on: network.hosts[0], of: network, in: rig
        ) { (_) async throws in
          for (port, expected) in example.arrivals {
            #expect(try network.arrivals(of: 10, from: 0, to: 1, port: port) == expected, "\(port)")
          }
          for (port, expected) in example.backwards {
            #expect(try network.arrivals(of: 10, from: 1, to: 0, port: port) == expected, "\(port)")
          }
          // A fault that was meant for other hosts as well must have met something.
          _ = try network.arrivals(of: 1, from: 0, to: 2)
        }
        #expect(try network.arrivals(of: 10, from: 0, to: 1) == 10)
      }
    }

    @Test("chaosblade 1: random ranges of ports match exactly the range", arguments: 1...3)
    func ranges(_ round: Int) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let start = Int.random(in: 1_024...60_000)
        let end = Int.random(
          in: start...min(65_534, start + [0, 1, 100, 5_000].randomElement(or: 0)))
        try await FaultRun.during(
          "{fault: network.blackhole, "
            + "traffic: {to: \(network.hosts[1].address), port: \(start)-\(end)}}",
          on: network.hosts[0], of: network, in: rig
        ) { (_) async throws in
          let within = (1...20).map { _ in Int.random(in: start...end) }
          let outside = (1...20).map { _ in Int.random(in: 1_024...65_535) }
          for port in Set([start - 1, start, end, end + 1] + within + outside) {
            let isHit = (start...end).contains(port)
            #expect(
              try network.arrivals(of: 1, from: 0, to: 1, port: port) == (isHit ? 0 : 1),
              "port \(port) of \(start)-\(end)")
          }
        }
      }
    }

    @Test(
      "pumba 6: an end by signal, in the middle of a fault, cleans up",
      arguments: [SIGTERM, SIGINT])
    func signal(_ signal: Int32) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let before = try await network.pictures(in: rig)
        let run = try FaultRun.start(
          [
            "{fault: network.bandwidth, traffic: {to: 10.77.0.2}, with: {rate: 1mbit}}",
            "{fault: network.blackhole, traffic: {to: 10.77.0.2, port: 80}}",
          ], on: network.hosts[0], in: rig)
        try await run.inForce("step2")
        run.jenner.process.send(signal)
        let outcome = try await run.jenner.outcome()
        #expect(outcome.status == 128 + signal, "\(outcome.errors)")
        #expect(try await network.pictures(in: rig) == before)
      }
    }

    @Test("pumba 8: two faults on different targets, and two kinds on the same one")
    func several() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(3, in: rig)
        try await FaultRun.during(
          "{fault: network.loss, traffic: {to: 10.77.0.2}, with: {percent: 100%}}",
          "{fault: network.bandwidth, traffic: {to: 10.77.0.3}, with: {rate: 64kbit, burst: 2KB}}",
          "{fault: network.blackhole, traffic: {to: 10.77.0.3, port: 80}}",
          on: network.hosts[0], of: network, in: rig
        ) { (_) async throws in
          #expect(try network.arrivals(of: 10, from: 0, to: 1) == 0)
          #expect(try network.arrivals(of: 10, from: 0, to: 2, port: 80) == 0)
          let hit: Set = [Way(from: 0, to: 1), Way(from: 0, to: 2)]
          #expect(try await network.openWays() == Network.allWays(3).subtracting(hit))
        }
      }
    }

    @Test(
      "krkn 2: what others have set up is still there afterwards, and the fault works beside it")
    func foreignRule() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let here = network.hosts[0]
        let argv = "tc qdisc add dev eth0 root handle 1: tbf rate 100mbit burst 64k latency 50ms"
        let added = try await here.output(of: argv.split(separator: " ").map(String.init), in: rig)
        try #require(added.isSuccess, "\(added.errors)")
        // That everything looks as before is seen to by every run of a fault.
        try await FaultRun.during(
          "{fault: network.bandwidth, traffic: {to: 10.77.0.2}, with: {rate: 1mbit}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          let rate = try network.rate(of: 192 << 10, from: here, to: network.hosts[1])
          #expect((0.6e6...1.3e6).contains(rate), "\(rate) bit/s")
        }
        #expect(try await here.picture(in: rig).contains("qdisc tbf 1: dev eth0 root"))
      }
    }
  }
}

extension Array {
  /// One of the elements, by chance.
  fileprivate func randomElement(or other: Element) -> Element { randomElement() ?? other }
}
