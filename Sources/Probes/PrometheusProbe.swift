public import Model
internal import NIOHTTP1

/// Asks a Prometheus server for one number, by an instant query of its HTTP API v1.
///
/// Whatever keeps the server from giving that one number is no data: it says nothing of the system
/// that the metric is about.
///
/// The age of a sample is taken by the server's own clock. Prometheus itself reaches back for older
/// samples, five minutes by default, and gives them the time of the evaluation; to observe how old a
/// series is, query `time() - timestamp(…)`.
public struct PrometheusProbe: Probe {
  public static let name = "prometheus"
  public static let summary = "ask a Prometheus server for one number"
  public static let examples = [
    Example(
      "All three replicas are up",
      """
      - name: replicas
        prometheus: {url: "http://127.0.0.1:9090", query: 'sum(up{job="shop"})'}
        every: 1s
        tolerance: {value: {min: 3}}
      """),
    Example(
      "Few requests fail, as the load balancer counts them",
      """
      - name: errors
        prometheus:
          url: "http://127.0.0.1:9090"
          query: |
            sum(rate(http_requests_total{status=~"5.."}[1m])) / sum(rate(http_requests_total[1m]))
          timeout: 2s
          stale: 1m
        every: 5s
        tolerance: {mean: {max: 0.01}}
      """),
  ]

  public let timeout: Duration
  private let url: WebAddress
  private let query: String
  private let stale: Duration
  private let headers: HeaderFields
  private let tls: TLSSettings

  public init(_ fields: inout Fields) {
    url = fields.required("url", "address of the server, without /api/v1/query")
    query = fields.required("query", "PromQL expression with exactly one series or a scalar")
    timeout =
      fields.value(
        "timeout", "how long the whole answer may take", default: PositiveDuration(.seconds(5)),
        shown: "5s"
      ).duration
    stale =
      fields.value(
        "stale", "older samples are no data", default: PositiveDuration(.seconds(300)), shown: "5m"
      ).duration
    headers = fields.value(
      "headers", "request headers; secrets may stand here", default: HeaderFields([]), shown: "{}")
    tls = TLSSettings(&fields, for: url)
    if url.target.contains("?") {
      fields.note(
        "the server's address has a query part", at: "url", cure: "write the PromQL into 'query'")
    } else if url.target.hasSuffix("/api/v1/query") {
      fields.note("the probe adds /api/v1/query itself", at: "url", cure: "leave it out")
    }
    if query.utf8.count > 16_384 {
      fields.note("the query is longer than 16 KiB", at: "query", cure: "make a recording rule")
    }
  }

  public var value: ValueKind { .always }

  public func observer(using instruments: Instruments) -> any Observer {
    do throws(NoAnswer) {
      var fields = try headers.revealed(with: instruments.secrets)
      fields.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
      let request = HTTPRequest(
        method: .POST, address: url.appending("/api/v1/query"), headers: fields,
        body: "query=\(query.formEncoded)&timeout=\(timeout.seconds)", keepAlive: true,
        isRepeatable: true)
      return PrometheusObserver(
        client: try HTTPClient(for: url, tls: tls, using: instruments), request: request,
        timeout: timeout, stale: stale, redaction: Redaction(secrets: instruments.secrets))
    } catch {
      return UnableObserver(reason: error.reason)
    }
  }
}

/// Sends one query again and again.
private struct PrometheusObserver: Observer {
  let client: HTTPClient
  let request: HTTPRequest
  let timeout: Duration
  let stale: Duration
  let redaction: Redaction

  func observe() async -> Observation {
    let answer = await client.send(request, timeout: timeout, readsBody: true)
    var seen = Observation(outcome: .success, latency: answer.latency, timings: answer.timings)
    do throws(NoAnswer) {
      let response = try answer.result.get()
      seen.value = try PrometheusAnswer(response).number(notOlderThan: stale)
    } catch {
      seen.outcome = .noData
      seen.reason = redaction.apply(to: error.reason).limited
    }
    return seen
  }
}
