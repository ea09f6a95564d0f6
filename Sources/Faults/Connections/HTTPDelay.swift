public import Model

/// Delay requests of plain HTTP/1.1.
public struct HTTPDelay: ConnectionFault {
  public static let name = "http.delay"
  public static let summary = "Delay requests of plain HTTP/1.1"
  public static let examples = [
    Example(
      "The search is slow, and only the search",
      """
      - name: slow search
        fault: http.delay
        traffic: {to: 127.0.0.1, port: 8080}
        with: {path: ^/search, delay: 2s}
        for: 30s
      """)
  ]

  let delay: Duration
  let jitter: Duration
  let match: HTTPMatch
  public let path: ConnectionPath

  /// Declares and reads `delay` and `jitter`, which requests are meant, and how they come to the proxy.
  public init(_ fields: inout Fields) {
    delay =
      fields.required("delay", "how much later a request goes on", as: PositiveDuration.self)
      .duration
    jitter = fields.value("jitter", "how far the delay varies", default: .zero, shown: "0s")
    match = .read(&fields)
    path = ConnectionPath(&fields, stream: nil, sharesConnections: false)
    fields.noteProblem(of: toxic)
  }

  public var toxic: Toxic { .httpDelay(match, delay: delay, jitter: jitter) }
}
