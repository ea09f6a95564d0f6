public import Model

/// Change the answers to requests of plain HTTP/1.1.
public struct HTTPReplace: ConnectionFault {
  public static let name = "http.replace"
  public static let summary = "Change the answers to requests of plain HTTP/1.1"
  public static let examples = [
    Example(
      "The catalog answers with nonsense, and says that all is well",
      """
      - name: nonsense
        fault: http.replace
        traffic: {to: 127.0.0.1, port: 8080}
        with: {path: ^/catalog, status: 200, body: "{}", headers: {content-type: application/json}}
        for: 30s
      """)
  ]

  let replacement: HTTPReplacement
  let match: HTTPMatch
  public let path: ConnectionPath

  /// Declares and reads `status`, `headers` and `body`, which requests are meant, and how they come to the proxy.
  public init(_ fields: inout Fields) {
    let status: Int? = fields.optional("status", "the status of the answer")
    let headers: [String: String] = fields.value(
      "headers", "headers that are set", default: [:], shown: "{}")
    let body: String? = fields.optional("body", "the whole body of the answer")
    replacement = HTTPReplacement(
      status: status,
      headers: headers.sorted { $0.key < $1.key }.map { HTTPReplacement.Header($0.key, $0.value) },
      body: body)
    if !fields.isDeclaring, status == nil, headers.isEmpty, body == nil, !fields.hasUnknownKeys {
      fields.note("nothing is replaced", cure: "name status, headers or body")
    }
    match = .read(&fields)
    path = ConnectionPath(&fields, stream: nil, sharesConnections: false)
    fields.noteProblem(of: toxic)
  }

  public var toxic: Toxic { .httpReplace(match, replacement) }
}
