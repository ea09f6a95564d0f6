import NIOPosix

/// The whole shop: the replicas under their supervisor, and the front door.
struct Shop: Sendable {
  var port: Int
  var replicaCount: Int
  var restartAfter: Duration
  var hasFailover: Bool

  /// How long the replicas may take to answer for the first time.
  static let startLimit: Duration = .seconds(10)

  /// Opens the shop and keeps it open until it is cancelled.
  func open() async throws {
    let supervisor = try Supervisor(replicaCount: replicaCount, restartAfter: restartAfter)
    let frontDoor = FrontDoor(
      replicas: supervisor.replicas,
      balancer: Balancer(replicaCount: replicaCount, hasFailover: hasFailover))
    try await withThrowingTaskGroup(of: Void.self) { group in
      // Whichever ends first, by an error or by being cancelled, ends the others.
      defer { group.cancelAll() }
      group.addTask { try await supervisor.run() }
      group.addTask {
        try await waitUntilAnswering(frontDoor)
        let server = try await HTTPServer.bind(port: port)
        Log.announce("listening on http://127.0.0.1:\(server.port)")
        try await server.serve { await frontDoor.answer($0) }
      }
      try await group.next()
    }
  }

  private func waitUntilAnswering(_ frontDoor: FrontDoor) async throws {
    let deadline = ContinuousClock.now + Self.startLimit
    while await frontDoor.replicasUp() < replicaCount {
      guard ContinuousClock.now < deadline else { throw ShopError.replicasDoNotAnswer }
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}

/// Why the shop could not open.
enum ShopError: Error, CustomStringConvertible {
  case replicasDoNotAnswer

  var description: String {
    switch self {
    case .replicasDoNotAnswer:
      "the replicas did not answer within \(Shop.startLimit); their errors are above"
    }
  }
}
