/// A Prometheus that scrapes one target every 200 ms.
enum PrometheusServer {
  static func start(scraping port: Int, in rig: Rig) async throws -> Server {
    let own = try LoopbackSocket.freePort()
    let configuration = try rig.scratch.write(
      """
      global: {scrape_interval: 200ms, scrape_timeout: 200ms}
      scrape_configs:
        - job_name: target
          static_configs: [{targets: ["127.0.0.1:\(port)"]}]

      """, to: "prometheus.yml")
    return try await Server.start(
      [
        try Tool.prometheus.required(), "--config.file=\(configuration)",
        "--web.listen-address=127.0.0.1:\(own)",
        "--storage.tsdb.path=\(rig.scratch.file("prometheus"))",
      ], port: own, name: "prometheus", in: rig)
  }
}
