import NIOHTTP1

/// A request, as far as the shop cares: bodies are read and dropped.
struct HTTPRequest: Sendable, Equatable {
  var method: HTTPMethod
  /// Without the query.
  var path: String

  init(method: HTTPMethod, target: String) {
    self.method = method
    path = String(target.prefix { $0 != "?" })
  }
}

/// A response with its whole body.
struct HTTPResponse: Sendable, Equatable {
  var status: HTTPResponseStatus
  var contentType: String
  var body: String

  static let notFound = HTTPResponse(
    status: .notFound, contentType: "text/plain", body: "not found\n")

  static func text(_ body: String, status: HTTPResponseStatus = .ok) -> HTTPResponse {
    HTTPResponse(status: status, contentType: "text/plain; charset=utf-8", body: body)
  }

  static func json(_ body: String) -> HTTPResponse {
    HTTPResponse(status: .ok, contentType: "application/json", body: body)
  }
}
