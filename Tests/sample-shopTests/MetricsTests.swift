import NIOHTTP1
import Testing

@testable import sample_shop

@Suite("The shop's metrics")
struct MetricsTests {
  @Test("count answers by status code, in the text format")
  func text() {
    var metrics = Metrics()
    metrics.count(.ok)
    metrics.count(.badGateway)
    metrics.count(.ok)
    #expect(
      metrics.text(replicasUp: 1) == """
        # HELP shop_requests_total Answers of the front door by status code.
        # TYPE shop_requests_total counter
        shop_requests_total{code="200"} 2
        shop_requests_total{code="502"} 1
        # HELP shop_replicas_up Replicas that answer.
        # TYPE shop_replicas_up gauge
        shop_replicas_up 1

        """)
  }
}
