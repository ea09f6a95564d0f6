import Glibc
import Model
import Testing

extension RealHost.NetworkFaults {
  /// The proxy in the way of connections to a real redis, nginx and PostgreSQL.
  @Suite("A fault on connections", .needs(.redis, .nginx, .curl))
  struct ConnectionTests {
    @Test("latency: every answer of a redis comes so much later")
    func latency() async throws {
      try await withRedis("connection.latency, with: {delay: 200ms}") { (here, there) throws in
        let client = try Client(from: here, to: there)
        for _ in 1...3 {
          let (answer, time) = try client.ask("PING")
          #expect(answer == "+PONG\r\n")
          #expect((.milliseconds(200)...(.milliseconds(350))).contains(time), "\(time)")
        }
      }
    }

    @Test("latency: a PostgreSQL answers its clients, later", .needs(.initdb, .postgres, .psql))
    func postgres() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        _ = try await Postgres.start(in: rig, on: there)
        let query = try Postgres.query("select 6 * 7", at: there)
        #expect(try await here.output(of: query, in: rig).text == "42\n")
        try await FaultRun.during(
          "{fault: connection.latency, traffic: {to: \(there.address), port: 5432}, "
            + "with: {delay: 150ms}}", on: here, of: network, in: rig
        ) { (_) async throws in
          let start = ContinuousClock.now
          let answer = try await here.output(of: query, in: rig)
          #expect(answer.text == "42\n", "\(answer.errors)")
          // It is asked to begin, and then for the answer.
          #expect(ContinuousClock.now - start > .milliseconds(300))
        }
      }
    }

    @Test("timeout: a connection is made, and nothing comes; or its end, after a time")
    func timeout() async throws {
      try await withRedis("connection.timeout, with: {}") { (here, there) throws in
        let client = try Client(from: here, to: there)
        #expect {
          try client.ask("PING")
        } throws: {
          ($0 as? SocketError)?.status == EAGAIN
        }
      }
      try await withRedis("connection.timeout, with: {after: 300ms}") { (here, there) throws in
        // The time begins with the connection, which the proxy may see before this program does.
        let start = ContinuousClock.now
        let (answer, _) = try Client(from: here, to: there).ask("PING")
        let time = ContinuousClock.now - start
        #expect(answer.isEmpty)
        #expect((.milliseconds(300)...(.milliseconds(600))).contains(time), "\(time)")
      }
    }

    @Test("reset: the connection is reset, all of them or a share")
    func reset() async throws {
      try await withRedis("connection.reset, with: {}") { (here, there) throws in
        #expect(try isReset(here, there))
      }
      try await withRedis("connection.reset, with: {percent: 50%}") { (here, there) throws in
        let count = try (1...100).count { _ in try isReset(here, there) }
        // Six standard deviations.
        #expect((20...80).contains(count), "\(count) of 100")
      }
    }

    @Test("down: nobody listens")
    func down() async throws {
      try await withRedis("connection.down, with: {}") { (here, there) throws in
        let refusal = try NetworkSocket.refusal(from: here, to: there.address, port: 6_379)
        #expect(refusal == ECONNREFUSED)
      }
    }

    @Test("slice: an answer comes whole, in small pieces")
    func slice() async throws {
      try await withRedis("connection.slice, with: {size: 100B, delay: 3ms}") {
        (here, there) throws in
        let socket = try NetworkSocket.connect(from: here, to: there.address, port: 6_379)
        let text = String(repeating: "abcdefgh", count: 250)
        socket.send(Array("ECHO \(text)\r\n".utf8))
        let whole = "$2000\r\n\(text)\r\n".utf8
        var received: [UInt8] = []
        var pieces = 0
        while received.count < whole.count {
          received += try socket.receive()
          pieces += 1
        }
        #expect(received == Array(whole))
        #expect((10...21).contains(pieces), "\(pieces)")
      }
    }

    @Test("limit-data: exactly so many bytes, and then the end")
    func limitData() async throws {
      try await withNginx("connection.limit-data, with: {size: 1000B}") { (here, there) throws in
        #expect(try download(from: there, by: here).bytes == 1_000)
      }
    }

    @Test("bandwidth: a download crawls")
    func bandwidth() async throws {
      try await withNginx("connection.bandwidth, with: {rate: 1mbit}") { (here, there) throws in
        let (bytes, time) = try download(from: there, by: here)
        #expect(bytes > Nginx.large)
        let rate = Double(bytes) * 8 / (time / .seconds(1))
        #expect((0.8e6...1.3e6).contains(rate), "\(rate) bit/s")
      }
    }

    @Test("slow-close: all comes in time, and the end later")
    func slowClose() async throws {
      try await withNginx("connection.slow-close, with: {delay: 500ms}") { (here, there) throws in
        let (bytes, time) = try download(from: there, by: here)
        #expect(bytes > Nginx.large)
        #expect((.milliseconds(500)...(.milliseconds(900))).contains(time), "\(time)")
      }
    }

    @Test("that comes and goes does so for a connection that is kept, too")
    func flapping() async throws {
      try await withRedis(
        "network.flap, with: {fault: connection.latency, with: {delay: 150ms}, down: 600ms, up: 600ms}"
      ) { (here, there) throws in
        let client = try Client(from: here, to: there)
        var seen: [Bool] = []
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(10), seen.count < 4 {
          let isSlow = try client.ask("PING").time >= .milliseconds(150)
          if seen.last != isSlow { seen.append(isSlow) }
          usleep(20_000)
        }
        #expect(seen.count == 4, "slow and quick: \(seen)")
      }
    }

    @Test("that does nothing to them is not in force")
    func nothing() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        _ = try await Redis.start(in: rig, on: there)
        let run = try FaultRun.start(
          [
            "{fault: connection.limit-data, with: {size: 1MB}, "
              + "traffic: {to: \(there.address), port: 6379}}"
          ], on: here, in: rig)
        try await run.inForce()
        #expect(try Client(from: here, to: there).ask("PING").answer == "+PONG\r\n")
        let outcome = try await run.finish()
        #expect(outcome.ended(.inconclusive), "\(outcome.errors)")
        let record = try #require(Jenner.record(of: outcome))
        let fault = try #require(record.faults.first)
        #expect(fault.inForce == false)
        #expect(fault.achieved?.hasPrefix("1 connection taken on, 0 hit") == true, "\(fault)")
      }
    }

    @Test("for both families of addresses, and for what comes to a host")
    func incoming() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        _ = try await Nginx.start(in: rig, on: there)
        try await FaultRun.during(
          "{fault: connection.latency, with: {delay: 300ms}, "
            + "traffic: {from: ['\(here.address)', '\(here.longAddress)'], port: 80}}",
          on: there, of: network, in: rig
        ) { (_) async throws in
          for address in [there.address, there.longAddress] {
            let time = try download(address, by: here).time
            #expect((.milliseconds(300)...(.seconds(1))).contains(time), "\(address): \(time)")
          }
        }
      }
    }

    @Test("with an address of its own needs no privilege at all", .needs(.setpriv))
    func unprivileged() async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        _ = try await Redis.start(in: rig, on: there)
        chmod(rig.scratch.path, 0o777)
        try await FaultRun.during(
          "{fault: connection.latency, with: {delay: 200ms, listen: '127.0.0.1:7777', "
            + "upstream: '\(there.address):6379'}}", on: here, of: network, in: rig,
          through: ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        ) { (_) async throws in
          let socket = try NetworkSocket.connect(from: here, to: "127.0.0.1", port: 7_777)
          let start = ContinuousClock.now
          socket.send(Array("PING\r\n".utf8))
          #expect(try socket.receive() == Array("+PONG\r\n".utf8))
          #expect(ContinuousClock.now - start >= .milliseconds(200))
        }
      }
    }

    // MARK: Clients

    /// Someone who asks a redis.
    private struct Client {
      let socket: NetworkSocket

      init(from here: NetworkHost, to there: NetworkHost) throws {
        socket = try NetworkSocket.connect(from: here, to: there.address, port: 6_379)
      }

      func ask(_ command: String) throws -> (answer: String, time: Duration) {
        let start = ContinuousClock.now
        socket.send(Array("\(command)\r\n".utf8))
        let answer = String(decoding: try socket.receive(), as: UTF8.self)
        return (answer, ContinuousClock.now - start)
      }
    }

    private func isReset(_ here: NetworkHost, _ there: NetworkHost) throws -> Bool {
      do {
        _ = try Client(from: here, to: there).ask("PING")
        return false
      } catch let error as SocketError {
        #expect(error.status == ECONNRESET)
        return true
      }
    }

    /// How much of a large file comes, and how long that takes.
    private func download(
      from there: NetworkHost, by here: NetworkHost
    ) throws -> (bytes: Int, time: Duration) {
      try download(there.address, by: here)
    }

    private func download(
      _ address: String, by here: NetworkHost
    ) throws -> (bytes: Int, time: Duration) {
      let start = ContinuousClock.now
      let socket = try NetworkSocket.connect(from: here, to: address, port: 80)
      socket.send(Array("GET /large HTTP/1.0\r\n\r\n".utf8))
      var bytes = 0
      while case let chunk = try socket.receive(), !chunk.isEmpty { bytes += chunk.count }
      return (bytes, ContinuousClock.now - start)
    }

    private func withRedis(
      _ fault: String, _ body: (NetworkHost, NetworkHost) throws -> Void
    ) async throws {
      try await with(fault, port: 6_379, body) { try await Redis.start(in: $0, on: $1) }
    }

    private func withNginx(
      _ fault: String, _ body: (NetworkHost, NetworkHost) throws -> Void
    ) async throws {
      try await with(fault, port: 80, body) { try await Nginx.start(in: $0, on: $1) }
    }

    /// Does something while a fault is on the connections from one host to a server of another.
    private func with(
      _ fault: String, port: Int, _ body: (NetworkHost, NetworkHost) throws -> Void,
      start: (Rig, NetworkHost) async throws -> Server
    ) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(2, in: rig)
        let (here, there) = (network.hosts[0], network.hosts[1])
        _ = try await start(rig, there)
        try await FaultRun.during(
          "{fault: \(fault), traffic: {to: \(there.address), port: \(port)}}", on: here,
          of: network, in: rig
        ) { (_) async throws in try body(here, there) }
      }
    }
  }
}
