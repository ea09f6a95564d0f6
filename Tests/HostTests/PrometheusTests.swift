import Glibc
import Model
import Testing

extension RealHost {
  @Suite("A Prometheus as the observer", .needs(.prometheus))
  struct PrometheusTests {
    @Test("shows that a lost replica comes back")
    func comesBack() async throws {
      try await Rig.run { rig in
        let shop = try await SampleShop.open(["--restart-after", "2s"], in: rig)
        let prometheus = try await PrometheusServer.start(scraping: shop.port, in: rig)
        let victim = try #require(shop.replicas()["a"])
        let isScraped = try await eventually(within: .seconds(20)) {
          try LoopbackSocket.get("/api/v1/query?query=shop_replicas_up", port: prometheus.port)
            .body.contains(#""2"]"#)
        }
        try #require(isScraped)
        let outcome = try await Jenner.runExperiment(
          ExperimentText(
            probes: [
              ExperimentText.probe(
                "checkout",
                "http: {url: 'http://127.0.0.1:\(shop.port)/checkout', timeout: 1s}"),
              "{name: replicas, prometheus: {url: 'http://127.0.0.1:\(prometheus.port)', "
                + "query: shop_replicas_up}, every: 200ms}",
            ],
            method: [
              "{fault: process.kill, targets: {cmdline: 'sample-shop replica --name a .*"
                + "\(victim.arguments.last ?? "")'}, with: {signal: KILL}, for: 8s, "
                + "expect: [{probe: replicas, within: 8s, value: {min: 2}}]}"
            ]
          ).text, in: rig)
        #expect(outcome.ended(.pass), "\(outcome.errors)")

        let record = try Jenner.record(in: rig)
        let replicas = try #require(record.probes.first { $0.name == "replicas" })
        let values = Set(replicas.series.samples.compactMap(\.value))
        #expect(values == [1, 2], "it was seen to be gone, and to be back")
        #expect(record.checks.contains { $0.kind == .expectation && $0.verdict == .pass })
      }
    }
  }
}
