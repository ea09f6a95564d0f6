internal import Model
internal import NIOCore
internal import Synchronization

/// Sends requests to one server over HTTP/1.1, many at once if need be, and keeps connections.
///
/// Redirects are not followed: a probe observes what it names.
final class HTTPClient: Sendable {
  let loop: any EventLoop
  private let connector: Connector
  private let idle: NIOLoopBoundBox<IdleConnections>
  private let tls: PreparedTLS?

  /// Makes a client, which opens no connection yet.
  init(
    for place: HostPort, tls: PreparedTLS? = nil, on loop: any EventLoop = NetworkThread.loop,
    within budget: ConnectionBudget = .shared
  ) {
    self.loop = loop
    self.tls = tls
    connector = Connector(to: place, on: loop, within: budget)
    idle = .makeBoxSendingValue(IdleConnections(), eventLoop: loop)
  }

  deinit {
    let idle = idle
    loop.execute { idle.value.close() }
  }

  /// Sends a request and waits for its answer, at most until the timeout.
  ///
  /// - Parameter readsBody: whether anyone will look at the body; else it is counted and dropped.
  func send(_ request: HTTPRequest, timeout: Duration, readsBody: Bool) async -> HTTPAnswer {
    let security: (any TLSClient)?
    do {
      security = try tls?.client()
    } catch {
      return HTTPAnswer(result: .failure(error), latency: 0, timings: [:])
    }
    let started = NIODeadline.now()
    let deadline = started + TimeAmount(timeout)
    return await loop.attempt(by: deadline) { attempt in
      HTTPExchange(
        request, readsBody: readsBody, started: started, deadline: deadline, timeout: timeout,
        security: security, client: self, attempt: attempt
      ).begin()
    }
  }

  /// A connection that is open and idle; on the event loop.
  func keptConnection() -> HTTPConnection? {
    idle.value.take()
  }

  /// Takes back a connection that can serve another request; on the event loop.
  func keep(_ connection: HTTPConnection) {
    idle.value.put(connection)
  }

  /// Opens a connection; on the event loop.
  func connect(
    by deadline: NIODeadline, security: (any TLSClient)?
  ) -> EventLoopFuture<any Channel> {
    connector.connect(by: deadline) { [idle] channel in
      channel.eventLoop.makeCompletedFuture {
        try HTTPConnection.install(in: channel.pipeline, security: security, idle: idle.value)
      }
    }
  }
}

/// The TLS of one client, prepared when it is first needed, so that an experiment is read and planned
/// without loading any trust root.
final class PreparedTLS: Sendable {
  private let prepare: @Sendable () throws(NoAnswer) -> any TLSClient
  private let prepared = Mutex<(any TLSClient)?>(nil)

  init(_ prepare: @escaping @Sendable () throws(NoAnswer) -> any TLSClient) {
    self.prepare = prepare
  }

  func client() throws(NoAnswer) -> any TLSClient {
    try prepared.withLock { (prepared) throws(NoAnswer) in
      if let client = prepared { return client }
      let client = try prepare()
      prepared = client
      return client
    }
  }
}
