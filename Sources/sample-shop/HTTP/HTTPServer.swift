import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix

/// A small HTTP/1.1 server on 127.0.0.1 that ends, with all its connections, when it is cancelled.
struct HTTPServer: Sendable {
  private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
  private let listener: NIOAsyncChannel<Connection, Never>

  /// The port that it listens on.
  let port: Int

  /// A connection that says nothing for so long is closed.
  static let idleLimit: TimeAmount = .seconds(60)

  /// Starts to listen; port 0 takes a free one.
  static func bind(port: Int, sharesPort: Bool = false) async throws -> HTTPServer {
    var bootstrap = ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    if sharesPort {
      bootstrap = bootstrap.serverChannelOption(
        ChannelOptions.socket(SocketOptionLevel(SOL_SOCKET), SO_REUSEPORT), value: 1)
    }
    let listener = try await bootstrap.bind(host: "127.0.0.1", port: port) { channel in
      channel.eventLoop.makeCompletedFuture {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers([
          IdleStateHandler(allTimeout: idleLimit), CloseWhenIdle(),
        ])
        try pipeline.configureHTTPServerPipeline()
        return try Connection(wrappingChannelSynchronously: channel)
      }
    }
    return HTTPServer(listener: listener, port: listener.channel.localAddress?.port ?? port)
  }

  /// Answers requests until it is cancelled.
  func serve(_ answer: @escaping @Sendable (HTTPRequest) async -> HTTPResponse) async throws {
    try await listener.executeThenClose { connections in
      try await withThrowingDiscardingTaskGroup { group in
        for try await connection in connections {
          // A connection that breaks is its client's affair.
          group.addTask { try? await Self.converse(on: connection, answer) }
        }
      }
    }
  }

  private static func converse(
    on connection: Connection, _ answer: @Sendable (HTTPRequest) async -> HTTPResponse
  ) async throws {
    try await connection.executeThenClose { inbound, outbound in
      var head: HTTPRequestHead?
      for try await part in inbound {
        switch part {
        case .head(let received): head = received
        case .body: break
        case .end:
          guard let request = head else { return }
          let response = await answer(HTTPRequest(method: request.method, target: request.uri))
          try await outbound.write(contentsOf: parts(of: response, to: request))
          guard request.isKeepAlive else { return }
        }
      }
    }
  }

  private static func parts(
    of response: HTTPResponse, to request: HTTPRequestHead
  ) -> [HTTPServerResponsePart] {
    var head = HTTPResponseHead(version: request.version, status: response.status)
    head.headers.add(name: "Content-Type", value: response.contentType)
    head.headers.add(name: "Content-Length", value: String(response.body.utf8.count))
    if !request.isKeepAlive { head.headers.add(name: "Connection", value: "close") }
    guard request.method != .HEAD else { return [.head(head), .end(nil)] }
    return [.head(head), .body(.byteBuffer(ByteBuffer(string: response.body))), .end(nil)]
  }
}

/// Closes a connection on which nothing happens.
private final class CloseWhenIdle: ChannelInboundHandler {
  typealias InboundIn = NIOAny

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is IdleStateHandler.IdleStateEvent {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }
}
