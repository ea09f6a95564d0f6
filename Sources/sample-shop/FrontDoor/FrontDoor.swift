import NIOHTTP1
import Synchronization

/// What the shop's customers and its monitoring talk to.
final class FrontDoor: Sendable {
  private let replicas: [ReplicaAddress]
  private let balancer: Mutex<Balancer>
  private let metrics = Mutex(Metrics())

  init(replicas: [ReplicaAddress], balancer: Balancer) {
    self.replicas = replicas
    self.balancer = Mutex(balancer)
  }

  /// Answers a request and counts it.
  func answer(_ request: HTTPRequest) async -> HTTPResponse {
    let response = await route(request)
    metrics.withLock { $0.count(response.status) }
    return response
  }

  /// How many replicas answer now.
  func replicasUp() async -> Int {
    await withTaskGroup(of: Int.self) { group in
      for replica in replicas {
        group.addTask {
          let health = try? await ReplicaClient.get("/healthz", from: replica)
          return health?.status == .ok ? 1 : 0
        }
      }
      return await group.reduce(0, +)
    }
  }

  private func route(_ request: HTTPRequest) async -> HTTPResponse {
    let paths = ["/checkout", "/healthz", "/status", "/metrics"]
    guard paths.contains(request.path) else { return .notFound }
    guard request.method == .GET || request.method == .HEAD else {
      return .text("only GET\n", status: .methodNotAllowed)
    }
    switch request.path {
    case "/checkout": return await checkout()
    case "/status":
      return .json("{\"replicas\": \(replicas.count), \"up\": \(await replicasUp())}\n")
    case "/metrics":
      let up = await replicasUp()
      return HTTPResponse(
        status: .ok, contentType: Metrics.contentType,
        body: metrics.withLock { $0.text(replicasUp: up) })
    default: return .text("ok\n")
    }
  }

  private func checkout() async -> HTTPResponse {
    let order = balancer.withLock { $0.order(at: .now) }
    var last = ReplicaError.notConnected
    for index in order {
      do throws(ReplicaError) {
        let response = try await ReplicaClient.get("/checkout", from: replicas[index])
        balancer.withLock { $0.answered(index) }
        return response
      } catch {
        balancer.withLock { $0.failed(index, at: .now) }
        last = error
      }
    }
    return switch last {
    case .notConnected: .text("no replica could be reached\n", status: .badGateway)
    case .timedOut: .text("no replica answered in time\n", status: .gatewayTimeout)
    }
  }
}
