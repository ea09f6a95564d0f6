internal import Model

/// Answers of our own, and answers of a server with something changed.
enum HTTPAnswer {
  /// The answer to a request that is not passed on; the connection ends with it.
  static func abort(_ status: Int, to method: String) -> [UInt8] {
    let body = HTTPResponseHead.isBodiless(status) ? "" : "\(status) \(reason(of: status))\n"
    var text = "HTTP/1.1 \(status) \(reason(of: status))\r\nConnection: close\r\n"
    if !HTTPResponseHead.isBodiless(status) {
      text += "Content-Type: text/plain\r\nContent-Length: \(body.utf8.count)\r\n"
    }
    return Array((text + "\r\n" + (method == "HEAD" ? "" : body)).utf8)
  }

  /// What a server's head becomes, and the body that takes the place of its own; nil: its own stays.
  static func replacing(
    _ head: HTTPResponseHead, to method: String, with replacements: [HTTPReplacement]
  ) -> (head: [UInt8], body: [UInt8]?) {
    let status = replacements.compactMap(\.status).last ?? head.status
    var body = replacements.compactMap(\.body).last.map { Array($0.utf8) }
    // An answer that may have no body becomes one that has, or the other way round.
    let isBodiless = HTTPResponseHead.isBodiless(status)
    if body == nil, isBodiless != HTTPResponseHead.isBodiless(head.status) { body = [] }
    var headers: [HTTPReplacement.Header] = []
    for header in replacements.flatMap(\.headers) {
      headers.removeAll { $0.name.lowercased() == header.name.lowercased() }
      headers.append(header)
    }
    var dropped = Set(headers.map { $0.name.lowercased() })
    if body != nil { dropped.formUnion(aboutBody) }
    let kept = status == head.status ? head.reason : reason(of: status)
    var bytes = Array("\(head.version) \(status) \(kept)\r\n".utf8)
    for line in head.fields.lines where !dropped.contains(line.name) { bytes += line.bytes }
    for header in headers { bytes += "\(header.name): \(header.value)\r\n".utf8 }
    if let body, !isBodiless {
      bytes += "Content-Length: \(body.count)\r\n".utf8
    }
    bytes += "\r\n".utf8
    return (bytes, method == "HEAD" || isBodiless ? body.map { _ in [] } : body)
  }

  /// What a head says of the body that was there.
  private static let aboutBody: Set<String> = [
    "accept-ranges", "content-digest", "content-encoding", "content-length", "content-md5",
    "content-range", "digest", "etag", "last-modified", "repr-digest", "trailer",
    "transfer-encoding",
  ]

  /// The phrase of a status: RFC 9110, section 15.
  static func reason(of status: Int) -> String { reasons[status] ?? "Status" }

  private static let reasons: [Int: String] = [
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 301: "Moved Permanently",
    302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect",
    308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 402: "Payment Required",
    403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
    408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required",
    412: "Precondition Failed", 413: "Content Too Large", 414: "URI Too Long",
    415: "Unsupported Media Type", 418: "I'm a teapot", 421: "Misdirected Request",
    422: "Unprocessable Content", 425: "Too Early", 426: "Upgrade Required",
    428: "Precondition Required", 429: "Too Many Requests",
    431: "Request Header Fields Too Large", 451: "Unavailable For Legal Reasons",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
    507: "Insufficient Storage", 511: "Network Authentication Required",
  ]
}
