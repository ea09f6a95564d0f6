public import Model
internal import NIOCore
internal import NIOHTTP1

/// Sends an HTTP request and judges the answer.
///
/// Redirects are not followed: what is observed is what the URL names. Connections are kept from one
/// observation to the next, so that most latencies are without `connect` and `tls`, like those of the
/// system's real clients; `keep-alive: false` opens one for each.
public struct HTTPProbe: Probe {
  public static let name = "http"
  public static let summary = "send an HTTP request and judge the answer"
  public static let examples = [
    Example(
      "The checkout page answers, nearly always and fast",
      """
      - name: checkout
        http: {url: "http://127.0.0.1:8080/checkout", timeout: 2s, expect: {status: 200}}
        every: 100ms
        tolerance: {success: {min: 98%}, p95: {max: 300ms}}
      """),
    Example(
      "An order is accepted, and its answer is well-formed",
      """
      - name: orders
        http:
          url: "http://127.0.0.1:8080/orders"
          method: POST
          headers: {Content-Type: application/json}
          body: '{"item": "tea", "count": 1}'
          timeout: 2s
          expect:
            status: [200, 201]
            header: {Content-Type: application/json}
            json: {accepted: true}
        every: 1s
        tolerance: {success: {min: 99%}}
      """),
    Example(
      "The queue that a status page shows stays short",
      """
      - name: queue
        http: {url: "http://127.0.0.1:8080/status", value: "queues[0].length"}
        every: 1s
        tolerance: {value: {max: 100}}
      """),
  ]

  public let timeout: Duration
  private let url: WebAddress
  private let method: Method
  private let headers: HeaderFields
  private let body: SecretText?
  private let keepAlive: Bool
  private let tls: TLSSettings
  private let valuePath: JSONPath?
  private let expect: HTTPExpectation

  /// The methods a probe may use.
  enum Method: String, FieldChoice {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
    case options = "OPTIONS"
    case patch = "PATCH"

    static let placeholder = Method.get
  }

  public init(_ fields: inout Fields) {
    url = fields.required("url", "http:// or https:// address; redirects are not followed")
    method = fields.value("method", "request method", default: Method.get, shown: "GET")
    headers = fields.value(
      "headers", "request headers; secrets may stand here", default: HeaderFields([]), shown: "{}")
    body = fields.optional("body", "request body; secrets may stand here")
    timeout =
      fields.value(
        "timeout", "how long the whole answer may take", default: PositiveDuration(.seconds(5)),
        shown: "5s"
      ).duration
    keepAlive = fields.value(
      "keep-alive", "whether connections are kept between samples", default: true, shown: "true")
    tls = TLSSettings(&fields, for: url)
    valuePath = fields.optional("value", "where in the JSON body the sample's value stands")
    expect = fields.value(
      "expect", "what the answer must be like", default: HTTPExpectation(), shown: "{status: 2xx}")
    if method == .head, expect.readsBody || valuePath != nil {
      fields.note("the answer to HEAD has no body to look into", at: "method", cure: "write GET")
    }
  }

  public var value: ValueKind { valuePath == nil ? .none : .sometimes }

  public func observer(using instruments: Instruments) -> any Observer {
    do throws(NoAnswer) {
      var text: String?
      if let body {
        guard let revealed = body.revealed(with: instruments.secrets) else {
          throw .unknownSecret(in: body)
        }
        text = revealed
      }
      let request = HTTPRequest(
        method: HTTPMethod(rawValue: method.rawValue), address: url,
        headers: try headers.revealed(with: instruments.secrets), body: text, keepAlive: keepAlive)
      return HTTPObserver(
        client: try HTTPClient(for: url, tls: tls, using: instruments), request: request,
        timeout: timeout, readsBody: expect.readsBody || valuePath != nil,
        judge: HTTPJudge(expect), valuePath: valuePath,
        redaction: Redaction(secrets: instruments.secrets))
    } catch {
      return UnableObserver(reason: error.reason)
    }
  }
}

/// Sends one request again and again.
private struct HTTPObserver: Observer {
  let client: HTTPClient
  let request: HTTPRequest
  let timeout: Duration
  let readsBody: Bool
  let judge: HTTPJudge
  let valuePath: JSONPath?
  let redaction: Redaction

  func observe() async -> Observation {
    let answer = await client.send(request, timeout: timeout, readsBody: readsBody)
    var seen = Observation(outcome: .success, latency: answer.latency, timings: answer.timings)
    switch answer.result {
    case .failure(let none):
      seen.outcome = none.outcome
      seen.reason = redaction.apply(to: none.reason).limited
    case .success(let response):
      judge(response, into: &seen)
    }
    return seen
  }

  private func judge(_ response: HTTPResponse, into seen: inout Observation) {
    lazy var document = JSON.document(response.body.readableBytesView)
    if let complaint = judge.complaint(about: response, document: { document }) {
      seen.outcome = .failure
      seen.reason = redaction.apply(to: complaint).limited
    } else if let valuePath {
      seen.value = document.flatMap { valuePath.value(in: $0)?.double }
      if seen.value == nil {
        seen.reason = "no value: the body has no number at '\(valuePath.text)'".limited
      }
    }
  }
}
