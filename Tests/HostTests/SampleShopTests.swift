import ChildProcess
import Glibc
import Testing

extension RealHost {
  @Suite("The sample shop")
  struct SampleShopTests {
    @Test("fails over from a killed replica and brings it back")
    func failover() async throws {
      try await Rig.run { rig in
        let shop = try await SampleShop.open(["--restart-after", "1s"], in: rig)
        let victim = try #require(shop.replicas()["a"])
        kill(victim.pid, SIGKILL)
        var ones: Set<String> = []
        for _ in 1...10 {
          let answer = try LoopbackSocket.get("/checkout", port: shop.port)
          #expect(answer.status == 200)
          ones.insert(String(answer.body.prefix(14)))
        }
        #expect(ones == [#"{"replica": "b"#])
        let isBack = await eventually(within: .seconds(10)) {
          shop.replicas()["a"].map { $0.identity != victim.identity } ?? false
        }
        #expect(isBack)
        let isAnswering = try await eventually(within: .seconds(10)) {
          try LoopbackSocket.get("/status", port: shop.port).body.contains(#""up": 2"#)
        }
        #expect(isAnswering)
      }
    }

    @Test("without failover shows the loss")
    func withoutFailover() async throws {
      try await Rig.run { rig in
        let shop = try await SampleShop.open(
          ["--no-failover", "--restart-after", "60s"], in: rig)
        let replicas = shop.replicas()
        kill(try #require(replicas["a"]).pid, SIGKILL)
        kill(try #require(replicas["b"]).pid, SIGSTOP)
        var statuses: Set<Int> = []
        for _ in 1...4 {
          statuses.insert(try LoopbackSocket.get("/checkout", port: shop.port).status)
        }
        #expect(statuses == [502, 504])
        let metrics = try LoopbackSocket.get("/metrics", port: shop.port).body
        #expect(metrics.contains(#"shop_requests_total{code="502"} 2"#))
        #expect(metrics.contains("shop_replicas_up 0\n"))
        kill(try #require(replicas["b"]).pid, SIGCONT)
      }
    }

    @Test("closes in order on SIGTERM and SIGINT", arguments: [SIGTERM, SIGINT])
    func closes(_ signal: Int32) async throws {
      try await Rig.run { rig in
        let shop = try await SampleShop.open(in: rig)
        let replicas = shop.replicas().values
        #expect(replicas.count == 2)
        shop.server.process.send(signal)
        #expect(await shop.server.process.end() == .exited(0))
        #expect(!replicas.contains { ProcessTable.isAlive($0.identity) })
      }
    }

    @Test("that can't have its port says so, and leaves no replica behind")
    func portTaken() async throws {
      try await Rig.run { rig in
        let first = try await SampleShop.open(in: rig)
        var launch = Launch([try Product.shop.path(), "--port", "\(first.port)"])
        launch.errors = .file(rig.scratch.file("second.err"))
        // Its replicas inherit this mark, by which the rig would find them at the end.
        launch.environment = ["HOME": rig.scratch.path]
        let second = try rig.start(launch)
        #expect(await second.end() == .exited(1))
        #expect(rig.scratch.text(of: "second.err").contains("in use"))
        #expect(try LoopbackSocket.get("/healthz", port: first.port).status == 200)
      }
    }

    @Test("leaves no replica behind when it is killed, not even a stopped one")
    func killed() async throws {
      try await Rig.run { rig in
        let shop = try await SampleShop.open(in: rig)
        let replicas = shop.replicas().values
        let stopped = try #require(replicas.first).pid
        kill(stopped, SIGSTOP)
        // The kernel wakes a stopped group when it is orphaned, so it has to be stopped by then: all
        // of its threads, of which the state shows the first.
        #expect(await eventually(within: .seconds(5)) { ProcessTable.isStopped(stopped) })
        try await Task.sleep(for: .milliseconds(100))
        shop.server.process.send(SIGKILL)
        let areGone = await eventually(within: .seconds(5)) {
          !replicas.contains { ProcessTable.isAlive($0.identity) }
        }
        #expect(areGone)
      }
    }
  }
}
