/// The connections of one client that wait for its next request; confined to its event loop.
final class IdleConnections {
  private static let limit = 32
  private var idle: [HTTPConnection] = []
  private var isClosed = false

  /// The connection that was used last, and so is the least likely to have been closed.
  func take() -> HTTPConnection? {
    idle.popLast()
  }

  /// Keeps a connection for later, or closes it where enough are kept.
  func put(_ connection: HTTPConnection) {
    guard !isClosed, idle.count < Self.limit else { return connection.close() }
    idle.append(connection)
  }

  /// Forgets a connection that was closed.
  func remove(_ connection: HTTPConnection) {
    idle.removeAll { $0 === connection }
  }

  /// Closes all connections, and from now on each that comes back.
  func close() {
    isClosed = true
    let connections = idle
    idle = []
    for connection in connections { connection.close() }
  }
}
