import Testing

extension RealHost.NetworkFaults {
  /// Requests between curl and a real nginx, told by path and method.
  @Suite("A fault on requests", .needs(.nginx, .curl))
  struct HTTPTests {
    @Test("delays those of a path, and no other")
    func delay() async throws {
      try await during("http.delay, with: {path: ^/slow, delay: 500ms}") {
        (ask: Ask) async throws in
        #expect(try await ask(["/slow/one"]).seconds > 0.5)
        #expect(try await ask(["/fast"]).seconds < 0.4)
      }
    }

    @Test("answers those of a path and a method with an error")
    func abort() async throws {
      try await during("http.abort, with: {path: ^/pay, method: POST, status: 503}") {
        (ask: Ask) async throws in
        #expect(try await ask(["/pay", "-d", "amount=1"]).status == 503)
        #expect(try await ask(["/pay"]).status == 200)
        #expect(try await ask(["/other", "-d", "amount=1"]).status == 200)
      }
    }

    @Test("answers a share of them with an error")
    func share() async throws {
      try await during("http.abort, with: {percent: 50%, status: 500}") { (ask: Ask) async throws in
        var failed = 0
        for _ in 1...60 where try await ask(["/"]).status == 500 { failed += 1 }
        // Six standard deviations are 23.
        #expect((7...53).contains(failed), "\(failed) of 60")
      }
    }

    @Test("replaces what is answered to those of a path")
    func replace() async throws {
      let fault =
        "http.replace, with: {path: ^/catalog, status: 202, body: nonsense, headers: {x-made: up}}"
      try await during(fault) { (ask: Ask) async throws in
        let changed = try await ask(["/catalog", "-i"])
        #expect(changed.status == 202)
        #expect(changed.text.lowercased().contains("x-made: up"))
        #expect(changed.text.hasSuffix("\r\nnonsense"))
        let other = try await ask(["/about", "-i"])
        #expect(other.status == 200)
        #expect(other.text.hasSuffix("\r\nok\n"))
      }
    }

    /// What curl says of an answer.
    private struct Answer {
      var status: Int
      var seconds: Double
      var text: String
    }

    private typealias Ask = ([String]) async throws -> Answer

    private func during(_ fault: String, _ body: (Ask) async throws -> Void) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        _ = try await Nginx.start(in: rig, on: there)
        try await FaultRun.during(
          "{fault: \(fault), traffic: {to: \(there.address), port: 80}}", on: here, of: network,
          in: rig
        ) { (_) async throws in
          try await body { words in
            let address = "http://\(there.address)\(words[0])"
            let curl = ["curl", "-sS", "-m", "5", "-w", "\n%{http_code} %{time_total}", address]
            let output = try await here.output(of: curl + words.dropFirst(), in: rig)
            #expect(output.isSuccess, "\(output.errors)")
            let lines = output.text.split(separator: "\n", omittingEmptySubsequences: false)
            let figures = lines.last?.split(separator: " ") ?? []
            return Answer(
              status: figures.first.flatMap { Int($0) } ?? 0,
              seconds: figures.last.flatMap { Double($0) } ?? 0,
              text: lines.dropLast().joined(separator: "\n"))
          }
        }
      }
    }
  }
}
