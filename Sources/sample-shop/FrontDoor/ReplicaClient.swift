import NIOCore
import NIOHTTP1
import NIOPosix

/// Asks a replica, once, over a connection of its own.
enum ReplicaClient {
  /// A replica that has not answered by then counts as paused.
  static let timeout: Duration = .milliseconds(250)
  /// More than this of an answer is refused.
  static let bodyLimit = 1 << 16

  private typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

  /// Gets a path of a replica.
  static func get(_ path: String, from replica: ReplicaAddress) async throws(ReplicaError)
    -> HTTPResponse
  {
    do {
      return try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await exchange(path, with: replica) }
        group.addTask {
          try await Task.sleep(for: timeout)
          throw ReplicaError.timedOut
        }
        guard let response = try await group.next() else { throw ReplicaError.timedOut }
        return response
      }
    } catch let error as ReplicaError {
      throw error
    } catch is ChannelError {
      throw .timedOut
    } catch {
      throw .notConnected
    }
  }

  private static func exchange(
    _ path: String, with replica: ReplicaAddress
  ) async throws -> HTTPResponse {
    let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connectTimeout(TimeAmount(timeout))
      .connect(host: "127.0.0.1", port: replica.port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          return try Connection(wrappingChannelSynchronously: channel)
        }
      }
    return try await connection.executeThenClose { inbound, outbound in
      var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: path)
      head.headers.add(name: "Host", value: "127.0.0.1:\(replica.port)")
      head.headers.add(name: "Connection", value: "close")
      try await outbound.write(contentsOf: [.head(head), .end(nil)])
      return try await read(inbound)
    }
  }

  private static func read(
    _ parts: NIOAsyncChannelInboundStream<HTTPClientResponsePart>
  ) async throws -> HTTPResponse {
    var head: HTTPResponseHead?
    var body = ByteBuffer()
    for try await part in parts {
      switch part {
      case .head(let received): head = received
      case .body(let bytes):
        body.writeImmutableBuffer(bytes)
        guard body.readableBytes <= bodyLimit else { throw ReplicaError.notConnected }
      case .end:
        guard let head else { throw ReplicaError.notConnected }
        return HTTPResponse(
          status: head.status,
          contentType: head.headers.first(name: "Content-Type") ?? "text/plain",
          body: String(buffer: body))
      }
    }
    throw ReplicaError.notConnected
  }
}

/// Why a replica gave no answer.
enum ReplicaError: Error, Hashable {
  /// It refused the connection, or closed it before the answer was whole.
  case notConnected
  case timedOut
}
