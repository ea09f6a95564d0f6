import NIOHTTP1
import Testing

@testable import sample_shop

@Suite("The front door", .timeLimit(.minutes(1)))
struct FrontDoorTests {
  @Test("passes a checkout on, and fails over from a replica that refuses")
  func failover() async throws {
    try await withReplica { alive in
      let reserved = try PortReservation()
      let dead = ReplicaAddress(name: "dead", port: reserved.port)
      let door = FrontDoor(
        replicas: [dead, alive], balancer: Balancer(replicaCount: 2, hasFailover: true))
      for order in 1...3 {
        let response = await door.answer(HTTPRequest(method: .GET, target: "/checkout?item=7"))
        #expect(response == .json("{\"replica\": \"a\", \"order\": \(order)}\n"))
      }
      let status = await door.answer(HTTPRequest(method: .GET, target: "/status"))
      #expect(status.body == "{\"replicas\": 2, \"up\": 1}\n")
    }
  }

  @Test("without failover answers 502 in the dead replica's turn")
  func withoutFailover() async throws {
    try await withReplica { alive in
      let reserved = try PortReservation()
      let dead = ReplicaAddress(name: "dead", port: reserved.port)
      let door = FrontDoor(
        replicas: [dead, alive], balancer: Balancer(replicaCount: 2, hasFailover: false))
      var statuses: [UInt] = []
      for _ in 1...4 {
        let response = await door.answer(HTTPRequest(method: .GET, target: "/checkout"))
        statuses.append(response.status.code)
      }
      #expect(statuses == [502, 200, 502, 200])
    }
  }

  @Test("answers 504 when no replica answers in time")
  func timeout() async throws {
    let silent = try await HTTPServer.bind(port: 0)
    let work = Task {
      try await silent.serve { _ in
        try? await Task.sleep(for: .seconds(5))
        return .text("too late\n")
      }
    }
    let door = FrontDoor(
      replicas: [ReplicaAddress(name: "silent", port: silent.port)],
      balancer: Balancer(replicaCount: 1, hasFailover: true))
    let response = await door.answer(HTTPRequest(method: .GET, target: "/checkout"))
    #expect(response.status == .gatewayTimeout)
    work.cancel()
    _ = await work.result
  }

  @Test(
    "knows its paths and methods",
    arguments: [
      ("/nothing", HTTPMethod.GET, UInt(404)), ("/checkout", .POST, 405), ("/healthz", .GET, 200),
    ])
  func routes(path: String, method: HTTPMethod, code: UInt) async {
    let door = FrontDoor(replicas: [], balancer: Balancer(replicaCount: 1, hasFailover: true))
    let response = await door.answer(HTTPRequest(method: method, target: path))
    #expect(response.status.code == code)
  }
}

/// Runs a replica in this process while the body runs.
private func withReplica(_ body: (ReplicaAddress) async throws -> Void) async throws {
  let server = try await HTTPServer.bind(port: 0)
  let replica = Replica(name: "a")
  let work = Task { try await server.serve { replica.answer($0) } }
  defer { work.cancel() }
  try await body(ReplicaAddress(name: "a", port: server.port))
}
