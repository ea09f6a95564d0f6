import Glibc
import Model
import Testing

extension RealHost {
  /// Every test of a network fault makes a network of its own, and leaves the machine's alone.
  @Suite(
    "Network faults", .serialized, .needs(.ip, .nft, .tc),
    .enabled(if: getuid() == 0, "networks are made by root; run the tests as root"))
  enum NetworkFaults {}
}

extension RealHost.NetworkFaults {
  /// Packets are dropped, all of them.
  @Suite("What drops packets")
  struct PartitionTests {
    @Test("a partition drops both ways, for both families of addresses, and nothing else")
    func bothWays() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(3, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        #expect(try await network.openWays() == Network.allWays(3))
        try await FaultRun.during(
          "{fault: network.partition, traffic: {to: ['\(there.address)', '\(there.longAddress)']}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          let left = Network.allWays(3).subtracting([Way(from: 0, to: 1), Way(from: 1, to: 0)])
          #expect(try await network.openWays() == left)
          #expect(try await network.openWays(isLong: true) == left)
        }
        #expect(try await network.openWays() == Network.allWays(3))
      }
    }

    @Test(
      "a shape that would separate nobody, or a host from itself, is an error",
      arguments: [
        ("majority", ["10.77.0.1", "10.77.0.2"], "needs 3 hosts at least"),
        ("ring", ["10.77.0.1", "10.77.0.2", "10.77.0.3"], "needs 4 hosts at least"),
        ("half", ["10.77.0.1", "10.77.0.1"], "have one address"),
      ])
    func nobodySeparated(_ shape: String, _ addresses: [String], _ says: String) async throws {
      try await Rig.run { rig in
        let agent = try Product.agent.path()
        let names = addresses.indices.map { "n\($0 + 1)" }
        let hosts = zip(names, addresses).map { name, address in
          "  \(name): {exec: ['\(agent)'], address: \(address)}"
        }
        var run = BadInput.sound
        run.method = [
          "{fault: network.partition, host: [\(names.joined(separator: ", "))], "
            + "with: {shape: \(shape)}, for: 5s}"
        ]
        run.fields = ["hosts:"] + hosts
        let file = try rig.scratch.write(run.text, to: "experiment.yaml")
        let outcome = try await Jenner.run(["plan", file], in: rig)
        #expect(outcome.ended(.usage), "\(outcome.output)\(outcome.errors)")
        #expect(outcome.errors.contains("\(file):9:5: error: "), "\(outcome.errors)")
        #expect(outcome.errors.contains(says), "\(outcome.errors)")
      }
    }

    @Test(
      "a partition may be asymmetric",
      arguments: [("out", Way(from: 0, to: 1)), ("in", Way(from: 1, to: 0))])
    func asymmetric(_ direction: String, _ lost: Way) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        try await FaultRun.during(
          "{fault: network.partition, "
            + "traffic: {to: \(network.hosts[1].address), direction: \(direction)}}",
          on: network.hosts[0], of: network, in: rig
        ) { (_) async throws in
          #expect(try await network.openWays() == Network.allWays(2).subtracting([lost]))
        }
      }
    }

    @Test("a blackhole swallows a port: connections to it time out, those to another are made")
    func blackhole() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let doors = try [80, 81].map {
          try NetworkSocket.bound(to: there.address, port: $0, on: there, isStream: true)
        }
        try await FaultRun.during(
          "{fault: network.blackhole, traffic: {to: \(there.address), port: 80}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          let refusal = try NetworkSocket.refusal(from: here, to: there.address, port: 80)
          #expect(refusal == ETIMEDOUT)
          #expect(try NetworkSocket.refusal(from: here, to: there.address, port: 81) == nil)
        }
        #expect(try NetworkSocket.refusal(from: here, to: there.address, port: 80) == nil)
        withExtendedLifetime(doors) {}
      }
    }

    /// A drop where packets leave would be an error of the sender's system call, EPERM, which no network
    /// makes; and what is sent astray instead must meet nobody else's rules or programs.
    @Test(
      "a sender hears nothing of what is lost, and it arrives nowhere else",
      arguments: [100, 30], ["no other rules", "addresses translated", "marks changed"])
    func silence(_ percent: Int, _ others: String) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let rules = try await here.output(
          of: ["nft", "-f", "-"], input: Self.rules[others] ?? "", in: rig)
        try #require(rules.isSuccess, "\(rules.errors)")
        let addresses = [(there.address, "0.0.0.0"), (there.longAddress, "::")]
        let receivers = try addresses.map {
          try NetworkSocket.bound(to: $0.0, port: Network.port, on: there, isStream: false)
        }
        let kept = try addresses.map {
          try NetworkSocket.datagrams(from: here, to: $0.0, port: Network.port)
        }
        for sender in kept { sender.send([0]) }
        let count = 300
        try await FaultRun.during(
          "{fault: network.loss, with: {percent: \(percent)%}, "
            + "traffic: {to: ['\(there.address)', '\(there.longAddress)']}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          for (place, addresses) in addresses.enumerated() {
            let neighbour = try NetworkSocket.bound(
              to: addresses.1, port: Network.port, on: here, isStream: false)
            _ = receivers[place].arrivals()
            let errors = (1...count).compactMap { _ in kept[place].send([1]) }
            usleep(50_000)
            let arrived = receivers[place].arrivals().count
            #expect(errors.isEmpty, "\(addresses.0): \(errors)")
            // Seven standard deviations.
            let range = percent == 100 ? 0...0 : 155...265
            #expect(range.contains(arrived), "\(addresses.0): \(arrived)")
            #expect(neighbour.arrivals().isEmpty, "nothing strays into a socket of this host")
          }
        }
        for (place, sender) in kept.enumerated() {
          for _ in 1...5 { #expect(sender.send([2]) == nil) }
          usleep(50_000)
          #expect(receivers[place].arrivals().count == 5)
        }
      }
    }

    /// What others may do to packets on a host.
    private static let rules = [
      "addresses translated": """
      table inet others {
        chain leaving {
          type nat hook postrouting priority 100
          oifname "eth0" masquerade
        }
      }
      """,
      "marks changed": """
      table inet others {
        chain out {
          type filter hook output priority -150
          meta mark set 0x1
        }
        chain leaving {
          type filter hook postrouting priority 90
          meta mark set 0x4000
        }
      }
      """,
    ]

    @Test(
      "a rejection is heard, as what was asked for",
      arguments: [
        ("tcp-reset", [ECONNREFUSED]), ("port-unreachable", [ECONNREFUSED]),
        ("host-unreachable", [EHOSTUNREACH]), ("no-route", [ENETUNREACH, EHOSTUNREACH]),
        ("admin-prohibited", [EHOSTUNREACH, EACCES]),
      ])
    func rejection(_ answer: String, _ expected: [Int32]) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        let addresses = [there.address, there.longAddress]
        let doors = try addresses.map {
          try NetworkSocket.bound(to: $0, port: 80, on: there, isStream: true)
        }
        try await FaultRun.during(
          "{fault: network.reject, with: {answer: \(answer)}, "
            + "traffic: {to: ['\(addresses.joined(separator: "', '"))'], port: 80}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          for address in addresses {
            let start = ContinuousClock.now
            let refusal = try NetworkSocket.refusal(
              from: here, to: address, port: 80, within: .seconds(4))
            #expect(refusal.map(expected.contains) == true, "\(address): \(refusal ?? 0)")
            // What ICMP says of the first packet comes while the socket is busy sending it: the kernel
            // listens when it sends the second, a second later.
            let limit: Duration = answer == "tcp-reset" ? .milliseconds(500) : .milliseconds(2_500)
            #expect(ContinuousClock.now - start < limit)
          }
        }
        withExtendedLifetime(doors) {}
      }
    }

    @Test("an open connection is reset by a rejection of what comes in", .needs(.redis))
    func openConnection() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        _ = try await Redis.start(in: rig, on: there)
        let client = try NetworkSocket.connect(from: here, to: there.address, port: 6_379)
        client.send(Array("PING\r\n".utf8))
        #expect(try client.receive() == Array("+PONG\r\n".utf8))
        try await FaultRun.during(
          "{fault: network.reject, traffic: {from: \(here.address), port: 6379}}",
          on: there, of: network, in: rig
        ) { (_) async throws in
          client.send(Array("PING\r\n".utf8))
          #expect {
            try client.receive()
          } throws: {
            ($0 as? SocketError)?.status == ECONNRESET
          }
        }
      }
    }

    @Test("a shaping may come and go too, and its device stays for as long")
    func flappingShape() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        // A kilobyte takes a second of a link as slow as this, and what waits longer is dropped.
        try await FaultRun.during(
          "{fault: network.flap, traffic: {to: \(there.address)}, with: {fault: network.bandwidth, "
            + "with: {rate: 16kbit, burst: 2KiB, latency: 50ms}, down: 800ms, up: 800ms}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          var counts: [Int] = []
          var states: [Bool] = []
          let end = ContinuousClock.now + .seconds(4)
          while ContinuousClock.now < end {
            counts.append(try network.arrivals(of: 100, from: 0, to: 1))
            // One that the last round had given up may come in this one.
            let isFree = (counts.last ?? 0) >= 100
            if states.last != isFree { states.append(isFree) }
          }
          #expect((4...6).contains(states.count), "\(counts)")
          let devices = try await here.output(of: ["ip", "-o", "link"], in: rig).text
          #expect(devices.contains(": jenner"), "\(devices)")
        }
        #expect(try network.arrivals(of: 100, from: 0, to: 1) == 100)
      }
    }

    @Test("a flapping link is gone and there, in turns")
    func flap() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        try await FaultRun.during(
          "{fault: network.flap, traffic: {to: \(network.hosts[1].address)}, "
            + "with: {down: 800ms, up: 800ms}}",
          on: network.hosts[0], of: network, in: rig
        ) { (_) async throws in
          var states: [Bool] = []
          let end = ContinuousClock.now + .seconds(4)
          while ContinuousClock.now < end {
            let isUp = try network.arrivals(of: 1, from: 0, to: 1) == 1
            if states.last != isUp { states.append(isUp) }
          }
          // Down at first; in 4 s of turns of 0.8 s the state changes four times or five.
          #expect((4...6).contains(states.count), "\(states)")
        }
        #expect(try network.arrivals(of: 10, from: 0, to: 1) == 10)
      }
    }
  }
}
