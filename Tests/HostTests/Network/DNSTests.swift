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

    private typealias Ask = ([String]) async throws -> String

    private func during(_ parameters: String, _ body: (Ask) async throws -> Void) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        _ = try await Server.start(
          [
            try Tool.dnsmasq.required(), "--keep-in-foreground", "--conf-file=/dev/null",
            "--no-resolv", "--no-hosts", "--pid-file=", "--user=root",
            "--address=/db.lost.test/10.77.0.50", "--address=/db.kept.test/10.77.0.51",
          ], port: 53, name: "dnsmasq", in: rig, on: there)
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
