import Model
import Testing

extension RealHost.NetworkFaults {
  /// Faults on the same packets at the same time.
  @Suite("Faults that overlap")
  struct OverlapTests {
    @Test(
      "two bandwidths: the narrower counts, and each ends without disturbing the other",
      arguments: [true, false])
    func bandwidths(narrowEndsFirst: Bool) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        func step(_ name: String, _ rate: String, isFirst: Bool) -> String {
          "{name: \(name), fault: network.bandwidth, traffic: {to: \(there.address), "
            + "direction: out}, with: {rate: \(rate)}\(isFirst ? ", for: 6s" : "")}"
        }
        let narrow = step("step1", "1mbit", isFirst: narrowEndsFirst)
        let wide = step("step2", "6mbit", isFirst: !narrowEndsFirst)
        try await FaultRun.during(
          "{together: [\(narrow), \(wide)]}", on: here, of: network, in: rig
        ) { (run) async throws in
          try await run.inForce("step2")
          let both = try network.rate(of: 192 << 10, from: here, to: there)
          #expect((0.6e6...1.3e6).contains(both), "\(both) bit/s")
          try await run.undone(narrowEndsFirst ? "step1" : "step2")
          let left = try network.rate(
            of: narrowEndsFirst ? 1 << 20 : 192 << 10, from: here, to: there)
          let range = narrowEndsFirst ? 4.5e6...7e6 : 0.6e6...1.3e6
          #expect(range.contains(left), "\(left) bit/s")
        }
        #expect(try network.rate(of: 4 << 20, from: here, to: there) > 20e6)
      }
    }

    @Test(
      "a loss beside a proxy: every connection is made in the end, and goes through the proxy once")
    func lossBesideProxy() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let door = try NetworkSocket.bound(to: there.address, port: 80, on: there, isStream: true)
        let traffic = "traffic: {to: \(there.address), port: 80}"
        let record = try await FaultRun.during(
          "{together: [{name: step1, fault: connection.latency, \(traffic), with: {delay: 20ms}}, "
            + "{name: step2, fault: network.loss, \(traffic), with: {percent: 40%}}]}",
          on: here, of: network, in: rig
        ) { (run) async throws in
          try await run.inForce("step2")
          for _ in 1...8 {
            let client = try NetworkSocket.connect(
              from: here, to: there.address, port: 80, within: .seconds(20))
            client.send([7])
            var server: NetworkSocket?
            // The proxy's own way is lossy too: its packets are sent again after 1, 2 and 4 s.
            let isServed = await eventually(within: .seconds(30)) {
              server = server ?? (try? door.accept())
              return server != nil
            }
            try #require(isServed, "a connection never came to the server")
            let isHeard = await eventually(within: .seconds(30)) {
              (try? server?.receive(isWaiting: false)) == [7]
            }
            try #require(isHeard, "what was sent never came to the server")
          }
        }
        let achieved = record.faults.first { $0.step == "step1" }?.achieved ?? ""
        #expect(achieved.hasPrefix("8 connections taken on"), "\(achieved)")
      }
    }

    @Test("two proxies: every connection goes through both, each once")
    func twoProxies() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let door = try NetworkSocket.bound(to: there.address, port: 80, on: there, isStream: true)
        let traffic = "traffic: {to: \(there.address), port: 80}"
        let record = try await FaultRun.during(
          "{together: [{name: step1, fault: connection.latency, \(traffic), "
            + "with: {delay: 100ms, stream: upstream}}, {name: step2, "
            + "fault: connection.latency, \(traffic), with: {delay: 50ms, stream: upstream}}]}",
          on: here, of: network, in: rig
        ) { (run) async throws in
          try await run.inForce("step2")
          for _ in 1...4 {
            let client = try NetworkSocket.connect(
              from: here, to: there.address, port: 80, within: .seconds(5))
            let begin = ContinuousClock.now
            client.send([7])
            var server: NetworkSocket?
            let isServed = await eventually(within: .seconds(5)) {
              server = server ?? (try? door.accept())
              return server != nil
            }
            try #require(isServed, "a connection never came to the server")
            #expect(try server?.receive() == [7])
            #expect(ContinuousClock.now - begin > .milliseconds(150))
          }
        }
        for fault in record.faults {
          #expect(fault.achieved?.hasPrefix("4 connections taken on, 4 hit") == true, "\(fault)")
        }
      }
    }

    @Test("two bandwidths of which one is at another interface too stay apart there")
    func oneSharedInterface() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        func step(_ name: String, _ interfaces: String, _ rate: String) -> String {
          "{name: \(name), fault: network.bandwidth, traffic: {interface: \(interfaces), "
            + "direction: out}, with: {rate: \(rate)}}"
        }
        let both = [step("step1", "lo", "1mbit"), step("step2", "[eth0, lo]", "8mbit")]
        try await FaultRun.during(
          "{together: [\(both.joined(separator: ", "))]}", on: here, of: network, in: rig
        ) { (run) async throws in
          try await run.inForce("step2")
          let rate = try network.rate(of: 1 << 20, from: here, to: there)
          #expect(rate > 4e6, "\(rate) bit/s")
        }
      }
    }

    @Test("a partition over a bandwidth: it ends, and the bandwidth is still there")
    func partitionOverBandwidth() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        try await FaultRun.during(
          "{fault: network.bandwidth, traffic: {to: \(there.address)}, with: {rate: 2mbit}}",
          "{fault: network.partition, traffic: {to: \(there.address)}, for: 2s}",
          on: here, of: network, in: rig
        ) { (run) async throws in
          #expect(try network.arrivals(of: 3, from: 0, to: 1) == 0)
          try await run.undone("step2")
          let rate = try network.rate(of: 384 << 10, from: here, to: there)
          #expect((1.2e6...2.6e6).contains(rate), "\(rate) bit/s")
        }
      }
    }
  }
}
