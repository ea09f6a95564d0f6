import NIOHTTP1
import Synchronization

/// What answers the shop's requests: each replica counts its own orders.
final class Replica: Sendable {
  private let name: String
  private let orders = Mutex(0)

  init(name: String) {
    self.name = name
  }

  /// Serves until it is cancelled.
  func serve(on port: Int) async throws {
    let server = try await HTTPServer.bind(port: port, sharesPort: true)
    try await server.serve { [self] in answer($0) }
  }

  func answer(_ request: HTTPRequest) -> HTTPResponse {
    switch (request.method, request.path) {
    case (.GET, "/checkout"):
      let order = orders.withLock { orders in
        orders += 1
        return orders
      }
      return .json("{\"replica\": \"\(name)\", \"order\": \(order)}\n")
    case (.GET, "/healthz"): return .text("ok\n")
    default: return .notFound
    }
  }
}
