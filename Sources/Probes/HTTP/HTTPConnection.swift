internal import Model
internal import NIOCore
internal import NIOHTTP1
internal import NIOTLS

/// One connection, at the end of its channel's pipeline; confined to the event loop.
///
/// It serves one exchange after the other, and tells each what happens.
final class HTTPConnection: ChannelInboundHandler {
  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundOut = HTTPClientRequestPart

  let security: (any TLSClient)?
  private let idle: IdleConnections
  private var context: ChannelHandlerContext?
  private var exchange: HTTPExchange?
  private var isSecured: Bool
  private var isRequestWritten = false
  /// What ended the connection before its first exchange could be told.
  private var failure: (any Error)?

  private init(security: (any TLSClient)?, idle: IdleConnections) {
    self.security = security
    self.idle = idle
    isSecured = security == nil
  }

  /// Adds the handlers of a new connection.
  static func install(
    in pipeline: ChannelPipeline, security: (any TLSClient)?, idle: IdleConnections
  ) throws {
    let connection = HTTPConnection(security: security, idle: idle)
    let operations = pipeline.syncOperations
    if let security { try operations.addHandler(security.handler()) }
    try operations.addHandler(FirstBytes(of: connection))
    // The request's own header names its length.
    var framing = HTTPRequestEncoder.Configuration()
    framing.automaticallySetFramingHeaders = false
    try operations.addHandler(HTTPRequestEncoder(configuration: framing))
    try operations.addHandler(
      ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .dropBytes)))
    try operations.addHandler(connection)
  }

  /// Sends a request, once the connection is secure.
  func serve(_ exchange: HTTPExchange) {
    self.exchange = exchange
    if let failure { return fail(failure) }
    guard let context, context.channel.isActive else { return fail(ChannelError.alreadyClosed) }
    if isSecured { write(exchange, to: context) }
  }

  private func write(_ exchange: HTTPExchange, to context: ChannelHandlerContext) {
    isRequestWritten = false
    exchange.sent()
    context.write(wrapOutboundOut(.head(exchange.request.head)), promise: nil)
    if let body = exchange.request.body {
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil))).assumeIsolated().whenSuccess {
      self.isRequestWritten = true
    }
  }

  /// Ends the connection; an exchange that is under way hears nothing more of it.
  func close() {
    exchange = nil
    context?.close(promise: nil)
  }

  fileprivate func receivedBytes() {
    exchange?.receivedBytes()
  }

  private func fail(_ error: any Error) {
    let exchange = exchange
    close()
    if failure == nil { failure = error }
    exchange?.failed(error)
  }

  // MARK: - The channel's events

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? TLSUserEvent, case .handshakeCompleted = event, !isSecured {
      isSecured = true
      if let exchange {
        exchange.secured()
        write(exchange, to: context)
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    // What arrives unasked belongs to no request; the connection can't be trusted with the next.
    guard let exchange else { return drop() }
    switch unwrapInboundIn(data) {
    case .head(let head): exchange.received(head)
    case .body(let bytes): exchange.received(bytes)
    case .end:
      self.exchange = nil
      exchange.completed(on: self, isReusable: isRequestWritten && context.channel.isActive)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    idle.remove(self)
    fail(ChannelError.eof)
    context.fireChannelInactive()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if exchange == nil { idle.remove(self) }
    fail(error)
  }

  private func drop() {
    idle.remove(self)
    close()
  }
}

/// Tells a connection of the bytes of an answer before they are parsed.
private final class FirstBytes: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let connection: HTTPConnection

  init(of connection: HTTPConnection) {
    self.connection = connection
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    connection.receivedBytes()
    context.fireChannelRead(data)
  }
}
