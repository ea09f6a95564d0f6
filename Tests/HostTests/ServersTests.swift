import ChildProcess
import Glibc
import Testing

extension RealHost {
  /// What the other tests take for granted of the servers that they break.
  @Suite("The servers to break")
  struct ServersTests {
    @Test("an nginx answers", .needs(.nginx))
    func nginx() async throws {
      try await Rig.run { rig in
        let nginx = try await Nginx.start(in: rig)
        let answer = try LoopbackSocket.get("/", port: nginx.port)
        #expect(answer.status == 200)
        #expect(answer.body == "ok\n")
      }
    }

    @Test(
      "an haproxy hides a dead redis exactly if it checks", .needs(.redis, .redisClient, .haproxy),
      arguments: [true, false])
    func haproxy(hasChecks: Bool) async throws {
      try await Rig.run { rig in
        let master = try await Redis.start(in: rig)
        let replica = try await Redis.start(in: rig, replicaOf: master)
        let proxy = try await HAProxy.start(
          before: [master, replica], hasChecks: hasChecks, in: rig)
        #expect(try await pings(4, port: proxy.port, in: rig) == 4)
        replica.process.send(SIGKILL)
        _ = await replica.process.end()
        #expect(try await pings(4, port: proxy.port, in: rig) == (hasChecks ? 4 : 2))
      }
    }

    @Test("a prometheus scrapes and answers", .needs(.prometheus))
    func prometheus() async throws {
      try await Rig.run { rig in
        let shop = try await SampleShop.open(in: rig)
        let prometheus = try await PrometheusServer.start(scraping: shop.port, in: rig)
        let isScraped = try await eventually(within: .seconds(20)) {
          try LoopbackSocket.get("/api/v1/query?query=shop_replicas_up", port: prometheus.port)
            .body.contains(#""2"]"#)
        }
        #expect(isScraped)
      }
    }

    /// How many of so many pings one after the other are answered.
    private func pings(_ count: Int, port: Int, in rig: Rig) async throws -> Int {
      var answered = 0
      for _ in 0..<count {
        let ping = try rig.start(
          Launch([try Tool.redisClient.required(), "-p", "\(port)", "ping"]))
        if await ping.end() == .exited(0) { answered += 1 }
      }
      return answered
    }
  }
}
