import NIOHTTP1

/// The front door's counters, in the text format of Prometheus.
struct Metrics: Sendable {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private var requests: [UInt: Int] = [:]

  /// Counts an answer.
  mutating func count(_ status: HTTPResponseStatus) {
    requests[status.code, default: 0] += 1
  }

  /// Everything for a scrape.
  func text(replicasUp: Int) -> String {
    let counters = requests.sorted { $0.key < $1.key }
      .map { "shop_requests_total{code=\"\($0.key)\"} \($0.value)\n" }
    return """
      # HELP shop_requests_total Answers of the front door by status code.
      # TYPE shop_requests_total counter
      \(counters.joined())# HELP shop_replicas_up Replicas that answer.
      # TYPE shop_replicas_up gauge
      shop_replicas_up \(replicasUp)

      """
  }
}
