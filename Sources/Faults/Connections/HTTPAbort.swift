public import Model

/// Answer requests of plain HTTP/1.1 with an error.
public struct HTTPAbort: ConnectionFault {
  public static let name = "http.abort"
  public static let summary = "Answer requests of plain HTTP/1.1 with an error"
  public static let examples = [
    Example(
      "One order in ten fails at the payment service",
      """
      - name: failing payments
        fault: http.abort
        traffic: {to: 10.0.0.9, port: 8080}
        with: {method: POST, path: ^/pay, percent: 10%, status: 503}
        for: 1m
      """)
  ]

  let status: Int
  let match: HTTPMatch
  public let path: ConnectionPath

  /// Declares and reads `status`, which requests are meant, and how they come to the proxy.
  public init(_ fields: inout Fields) {
    status = fields.value(
      "status", "the status of the answer", default: 503, shown: "503")
    match = .read(&fields)
    path = ConnectionPath(&fields, stream: nil, sharesConnections: false)
    fields.noteProblem(of: toxic)
  }

  public var toxic: Toxic { .httpAbort(match, status: status) }
}
