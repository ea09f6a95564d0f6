import Glibc
import Model
import Testing

extension RealHost {
  /// The experiment that the design is explained by, with the faults that there are: every section of
  /// the file is in use, over two hosts that are reached by commands.
  @Suite("The whole experiment", .needs(.prometheus, .redis, .redisClient))
  struct WholeExperimentTests {
    @Test("uses every section of the file, passes, and leaves nothing behind")
    func passes() async throws {
      try await Rig.run { rig in
        let shop = try await SampleShop.open(["--restart-after", "2s"], in: rig)
        let prometheus = try await PrometheusServer.start(scraping: shop.port, in: rig)
        let redis = try await Redis.start(in: rig)
        let isScraped = try await eventually(within: .seconds(20)) {
          try LoopbackSocket.get("/api/v1/query?query=shop_replicas_up", port: prometheus.port)
            .body.contains(#""2"]"#)
        }
        try #require(isScraped)
        let victim = try #require(shop.replicas()["a"]).arguments.last ?? ""
        let outcome = try await Jenner.runExperiment(
          text(agent: try Product.agent.path(), replica: victim, redis: redis.port, in: rig),
          in: rig,
          environment: [
            "SHOP_URL": "http://127.0.0.1:\(shop.port)",
            "PROMETHEUS_URL": "http://127.0.0.1:\(prometheus.port)",
            "SHOP_TOKEN": "a-token-that-is-never-shown",
          ])
        #expect(outcome.ended(.pass), "\(outcome.output)\(outcome.errors)")
        #expect(!outcome.errors.contains("a-token-that-is-never-shown"))
        try check(try Jenner.record(in: rig), in: rig)
      }
    }

    private func check(_ record: Record, in rig: Rig) throws {
      #expect(record.verdict == .pass, "\(record.reasons)")
      #expect(record.clean)
      #expect(record.hosts.map(\.name).sorted() == ["app", "db", "local"])
      #expect(record.faults.map(\.kind) == ["process.kill", "process.pause"])
      #expect(record.faults.map(\.host) == ["db", "app"])
      #expect(record.faults.allSatisfy { $0.inForce && $0.undone })
      #expect(
        record.phases.map(\.name)
          == ["prepare", "baseline", "method", "undo", "rollbacks", "recovery"])
      let roles = record.actions.map(\.role)
      #expect(roles.filter { $0 == .run }.count == 1)
      #expect(roles.filter { $0 == .undo }.count == 1)
      #expect(roles.filter { $0 == .rollback }.count == 1)
      // The action's undo and the rollback really ran, on their hosts, once.
      #expect(rig.scratch.text(of: "undone") == "undone\n")
      #expect(rig.scratch.text(of: "rolled-back") == "rolled back\n")
      #expect(record.checks.contains { $0.kind == .expectation && $0.verdict == .pass })
      #expect(record.recoverySeconds != nil)
    }

    private func text(agent: String, replica: String, redis: Int, in rig: Rig) -> String {
      """
      version: 1
      title: Checkout survives losing a replica and a frozen cache
      description: Reads move to the other replica within a second.
      tags: [staging, database]
      owner: checkout-team
      configuration:
        shop: {env: SHOP_URL, default: "http://127.0.0.1:8080"}
        prometheus: {env: PROMETHEUS_URL}
        agent: \(agent)
      secrets:
        token: {env: SHOP_TOKEN}
      hosts:
        db: {exec: ["${agent}"], address: 127.0.0.1}
        app: {exec: [nice, -n, "0", "${agent}"]}
      steady-state-hypothesis:
        title: Checkout answers fast and without errors
        baseline: 2s
        recovery: {within: 10s, holds: 1s}
        probes:
          - name: checkout
            http:
              url: "${shop}/checkout"
              headers: {Authorization: "Bearer ${token}"}
              timeout: 2s
              expect: {status: 200}
            every: 20ms
            tolerance: {success: {min: 95%}, p95: {max: 1s}}
            while-faulted:
              within: 1s
              success: {min: 90%}
              p95: {max: 20x baseline, floor: 1s}
          - name: replicas
            prometheus: {url: "${prometheus}", query: shop_replicas_up}
            every: 200ms
          - name: db side
            host: db
            command: {run: [echo, "1"]}
            every: 200ms
            tolerance: {value: {min: 1}}
      method:
        - name: lose a replica
          fault: process.kill
          host: db
          targets: {cmdline: 'sample-shop replica .*\(replica)', tree: true, pick: 1}
          with: {signal: KILL}
          for: 6s
          expect:
            - {probe: replicas, within: 6s, value: {min: 2}}
        - wait: 500ms
        - together:
            - run: ["true"]
              undo: [sh, -c, "echo undone >> \(rig.scratch.file("undone"))"]
            - name: freeze the cache
              fault: process.pause
              host: app
              after: 500ms
              targets: {port: \(redis)}
              for: 4s
        - wait: {until: {probe: replicas, value: {min: 2}}, at-most: 10s}
      rollbacks:
        - run: [sh, -c, "echo 'rolled back' >> \(rig.scratch.file("rolled-back"))"]
          host: db
      stop-conditions:
        - {probe: checkout, success: {below: 10%}, over: 5s}
      limits: {duration: 2m, targets: 4}
      """
    }
  }
}
