import Model
import Testing

extension RealHost.NetworkFaults {
  /// Lookups between dig and a real dnsmasq.
  @Suite("A fault on names", .needs(.dnsmasq, .dig))
  struct DNSTests {
    @Test(
      "lets the lookup of some names fail, by UDP and TCP, and of the others not",
      arguments: [
        ("name-error", "NXDOMAIN"), ("server-failure", "SERVFAIL"), ("refused", "REFUSED"),
        ("timeout", "timed out"),
      ])
    func failure(_ failure: String, _ status: String) async throws {
      try await during("{names: ['*.lost.test'], fail: \(failure)}") { (ask: Ask) async throws in
        #expect(try await ask(["db.lost.test"]).contains(status))
        #expect(try await ask(["db.lost.test", "+tcp"]).contains(status))
        for words in [[], ["+tcp"]] {
          let kept = try await ask(["db.kept.test"] + words)
          #expect(kept.contains("NOERROR") && kept.contains("10.77.0.51"), "\(kept)")
        }
      }
    }

    @Test("gives a wrong address")
    func wrongAddress() async throws {
      try await during("{names: db.lost.test, address: 192.0.2.1}") { (ask: Ask) async throws in
        let wrong = try await ask(["db.lost.test"])
        #expect(wrong.contains("192.0.2.1") && !wrong.contains("10.77.0.50"), "\(wrong)")
        #expect(try await ask(["db.kept.test"]).contains("10.77.0.51"))
      }
    }

    @Test("makes lookups slow, and true")
    func slow() async throws {
      try await during("{names: ['*.lost.test'], delay: 700ms}") { (ask: Ask) async throws in
        let start = ContinuousClock.now
        #expect(try await ask(["db.lost.test"]).contains("10.77.0.50"))
        #expect(ContinuousClock.now - start > .milliseconds(700))
        let next = ContinuousClock.now
        #expect(try await ask(["db.kept.test"]).contains("10.77.0.51"))
        #expect(ContinuousClock.now - next < .milliseconds(600))
      }
    }

    @Test("beside another one: each fails its own names, and the rest is answered")
    func two() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        try await Self.startServer(on: there, in: rig)
        func step(_ name: String, _ parameters: String) -> String {
          "{name: \(name), fault: network.dns, with: {\(parameters), "
            + "servers: '\(there.address):53'}}"
        }
        let record = try await FaultRun.during(
          step("step1", "names: a.lost.test, fail: refused"),
          step("step2", "names: b.lost.test, fail: name-error"),
          on: here, of: network, in: rig
        ) { (_) async throws in
          for words in [[], ["+tcp"]] {
            func ask(_ name: String) async throws -> String {
              let dig = [try Tool.dig.required(), "@\(there.address)", "+time=2", "+tries=1", name]
              return try await here.output(of: dig + words, in: rig).text
            }
            #expect(try await ask("a.lost.test").contains("REFUSED"))
            #expect(try await ask("b.lost.test").contains("NXDOMAIN"))
            let kept = try await ask("db.kept.test")
            #expect(kept.contains("NOERROR") && kept.contains("10.77.0.51"), "\(kept)")
          }
        }
        // What the later one answers itself does not come to the earlier one.
        #expect(record.faults.first?.achieved?.hasPrefix("4 queries, 2 hit") == true)
        #expect(record.faults.last?.achieved?.hasPrefix("6 queries, 2 hit") == true)
      }
    }

    @Test("of those who ask a server answers nobody else")
    func strangers() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(3, in: rig)
        let (client, stranger, server) = (network.hosts[0], network.hosts[1], network.hosts[2])
        try await Self.startServer(on: server, in: rig)
        try await FaultRun.during(
          "{fault: network.dns, traffic: {from: \(client.address)}, with: {fail: refused, "
            + "servers: '\(server.address):53'}}", on: server, of: network, in: rig
        ) { (_) async throws in
          func ask(_ host: NetworkHost, port: String) async throws -> String {
            let dig = [
              try Tool.dig.required(), "@\(server.address)", "-p", port, "+time=1", "+tries=1",
              "db.kept.test",
            ]
            return try await host.output(of: dig, in: rig).text
          }
          #expect(try await ask(client, port: "53").contains("REFUSED"))
          #expect(try await ask(stranger, port: "53").contains("10.77.0.51"))
          let table = try await server.output(of: ["cat", "/proc/net/udp"], in: rig).text
          let ports = Set(
            table.split(separator: "\n").dropFirst().compactMap { line in
              line.split(separator: " ").dropFirst().first?.split(separator: ":").last
                .flatMap { Int($0, radix: 16) }
            }
          ).subtracting([53])
          #expect(!ports.isEmpty)
          for port in ports {
            #expect(try await ask(stranger, port: "\(port)").contains("timed out"))
          }
        }
      }
    }

    @Test("comes and goes")
    func flapping() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        try await Self.startServer(on: there, in: rig)
        try await FaultRun.during(
          "{fault: network.flap, with: {fault: network.dns, with: {fail: refused, "
            + "servers: '\(there.address):53'}, down: 500ms, up: 500ms}}",
          on: here, of: network, in: rig
        ) { (_) async throws in
          var seen: Set<Bool> = []
          let hasSeenBoth = try await eventually(within: .seconds(10)) {
            let dig = [try Tool.dig.required(), "@\(there.address)", "+time=1", "db.kept.test"]
            seen.insert(try await here.output(of: dig, in: rig).text.contains("REFUSED"))
            return seen.count == 2
          }
          #expect(hasSeenBoth)
        }
      }
    }

    /// Where a datagram goes is decided with the first one and kept, wherever anything else tracks
    /// connections.
    @Test("hits a program that keeps its socket, and lets it go")
    func keptSocket() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        try await Self.startServer(on: there, in: rig)
        let others = """
          table ip others {
            chain out {
              type nat hook output priority -100
              ip daddr 10.9.9.9 dnat to 10.9.9.8
            }
            chain seen {
              type filter hook output priority 0
              ct state invalid drop
            }
          }
          """
        try #require(
          try await here.output(of: ["nft", "-f", "-"], input: others, in: rig).isSuccess)
        let (truth, lie): ([UInt8], [UInt8]) = ([10, 77, 0, 50], [192, 0, 2, 1])
        func ask(_ socket: NetworkSocket) throws -> [UInt8] {
          socket.send(Self.query)
          return Array(try socket.receive().suffix(4))
        }
        let old = try NetworkSocket.datagrams(from: here, to: there.address, port: 53)
        #expect(try ask(old) == truth)
        // Of a second fault what is known from the first must not count.
        for round in 1...2 {
          var new: NetworkSocket?
          try await FaultRun.during(
            "{fault: network.dns, with: {names: db.lost.test, address: 192.0.2.1, "
              + "servers: '\(there.address):53'}}", on: here, of: network, in: rig
          ) { (_) async throws in
            #expect(try ask(old) == lie, "which asked before, in round \(round)")
            let socket = try NetworkSocket.datagrams(from: here, to: there.address, port: 53)
            #expect(try ask(socket) == lie)
            new = socket
          }
          #expect(try ask(old) == truth)
          #expect(try ask(try #require(new)) == truth, "which asked first under the fault")
        }
      }
    }

    /// A question for the IPv4 address of db.lost.test: RFC 1035, 4.1.
    private static let query: [UInt8] =
      [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
      + ["db", "lost", "test"].flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [
        0, 0, 1, 0, 1,
      ]

    private static func startServer(on host: NetworkHost, in rig: Rig) async throws {
      _ = try await Server.start(
        [
          try Tool.dnsmasq.required(), "--keep-in-foreground", "--conf-file=/dev/null",
          "--no-resolv", "--no-hosts", "--pid-file=", "--user=root",
          "--address=/db.lost.test/10.77.0.50", "--address=/db.kept.test/10.77.0.51",
        ], port: 53, name: "dnsmasq", in: rig, on: host)
    }

    private typealias Ask = ([String]) async throws -> String

    private func during(_ parameters: String, _ body: (Ask) async throws -> Void) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        try await Self.startServer(on: there, in: rig)
        let fault = "{fault: network.dns, with: {\(parameters.dropFirst().dropLast()), "
        try await FaultRun.during(
          "\(fault)servers: '\(there.address):53'}}", on: here, of: network, in: rig
        ) { (_) async throws in
          try await body { words in
            let dig = [try Tool.dig.required(), "@\(there.address)", "+time=1", "+tries=1"]
            return try await here.output(of: dig + words, in: rig).text
          }
        }
      }
    }
  }
}
