import Testing

extension RealHost.NetworkFaults {
  /// A share of the packets, or all of them, but slower.
  @Suite("What loses some packets, or slows them")
  struct LossTests {
    @Test("a loss of 30 % is 30 %", arguments: ["nft's own", "of all"])
    func loss(_ way: String) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let to = network.hosts[1].address
        let step =
          way == "of all"
          ? "{fault: network.blackhole, traffic: {to: \(to), percent: 30%}}"
          : "{fault: network.loss, traffic: {to: \(to), direction: out}, with: {percent: 30%}}"
        try await FaultRun.during(step, on: network.hosts[0], of: network, in: rig) {
          (_) async throws in
          let count = 5_000
          let arrived = try network.arrivals(of: count, from: 0, to: 1)
          // Five standard deviations: by chance missed once in two million runs.
          let spread = 5 * (Double(count) * 0.3 * 0.7).squareRoot()
          #expect(abs(Double(count - arrived) - 0.3 * Double(count)) < spread, "\(arrived)")
          #expect(
            try network.arrivals(of: 500, from: 1, to: 0) == 500, "only one way was asked for")
        }
      }
    }

    @Test("of connections a share is hit, each with all its packets")
    func connections() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let door = try NetworkSocket.bound(to: there.address, port: 80, on: there, isStream: true)
        try await FaultRun.during(
          "{fault: network.reject, "
            + "traffic: {to: \(there.address), port: 80, percent: 50%, of: connections}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          let count = 300
          var made = 0
          for _ in 1...count {
            guard
              let client = try? NetworkSocket.connect(from: here, to: there.address, port: 80)
            else { continue }
            made += 1
            let server = try door.accept()
            for _ in 1...5 {
              client.send([7])
              #expect(try server.receive() == [7], "a connection that was made goes on")
            }
          }
          // Six standard deviations.
          let spread = 6 * (Double(count) * 0.25).squareRoot()
          #expect(abs(Double(made) - Double(count) / 2) < spread, "\(made) of \(count)")
        }
      }
    }

    @Test("a bandwidth is what was asked for, each way", arguments: ["out", "in"])
    func bandwidth(_ direction: String) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let isOut = direction == "out"
        try await FaultRun.during(
          "{fault: network.bandwidth, traffic: {to: \(there.address), direction: \(direction)}, "
            + "with: {rate: 8mbit}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          let (from, to) = isOut ? (here, there) : (there, here)
          let slow = try network.rate(of: 2 << 20, from: from, to: to)
          #expect((6.5e6...8.5e6).contains(slow), "\(slow) bit/s")
          let other = try network.rate(of: 2 << 20, from: to, to: from)
          #expect(other > 20e6, "\(other) bit/s the other way, of which nothing was asked")
        }
      }
    }
  }
}
