import Testing

@testable import sample_shop

@Suite("A reserved port")
struct PortReservationTests {
  @Test("can be bound by the replica it is for, again and again")
  func shared() async throws {
    let reserved = try PortReservation()
    for _ in 1...2 {
      let server = try await HTTPServer.bind(port: reserved.port, sharesPort: true)
      #expect(server.port == reserved.port)
      let work = Task { try await server.serve { _ in .notFound } }
      work.cancel()
      _ = await work.result
    }
  }

  @Test("belongs to nobody else")
  func exclusive() async throws {
    let reserved = try PortReservation()
    await #expect(throws: (any Error).self) {
      _ = try await HTTPServer.bind(port: reserved.port)
    }
  }

  @Test("refuses connections while nobody listens")
  func refuses() async throws {
    let reserved = try PortReservation()
    await #expect(throws: ReplicaError.notConnected) {
      try await ReplicaClient.get(
        "/healthz", from: ReplicaAddress(name: "a", port: reserved.port))
    }
  }
}
