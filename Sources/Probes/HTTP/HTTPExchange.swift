internal import Model
internal import NIOCore
internal import NIOHTTP1

/// One request and its answer, from looking the name up to the last byte; confined to the event loop.
final class HTTPExchange {
  /// What is waited for.
  private enum Phase: String {
    case connecting = "connecting"
    case securing = "in the TLS handshake"
    case waiting = "waiting for the first byte"
    case reading = "reading the answer"
  }

  let request: HTTPRequest
  private let readsBody: Bool
  private let started: NIODeadline
  private let deadline: NIODeadline
  private let timeout: Duration
  private let security: (any TLSClient)?
  private let client: HTTPClient
  private let attempt: Attempt<HTTPAnswer>

  private var phase = Phase.connecting
  private var connection: HTTPConnection?
  private var isConnectionKept = false
  private var phaseStarted: NIODeadline
  private var timings: [String: Double] = [:]
  private var head: HTTPResponseHead?
  private var body = ByteBuffer()
  private var bodySize = 0

  init(
    _ request: HTTPRequest, readsBody: Bool, started: NIODeadline, deadline: NIODeadline,
    timeout: Duration, security: (any TLSClient)?, client: HTTPClient, attempt: Attempt<HTTPAnswer>
  ) {
    self.request = request
    self.readsBody = readsBody
    self.started = started
    self.deadline = deadline
    self.timeout = timeout
    self.security = security
    self.client = client
    self.attempt = attempt
    phaseStarted = started
  }

  /// Sends the request on a kept connection, or on a new one.
  func begin() {
    attempt.giveUp = { self.giveUp($0) }
    if request.keepsConnection, let kept = client.keptConnection() {
      isConnectionKept = true
      connection = kept
      kept.serve(self)
    } else {
      connect()
    }
  }

  private func connect() {
    phase = .connecting
    isConnectionKept = false
    connection = nil
    client.connect(by: deadline, security: security).assumeIsolated().whenComplete { result in
      do {
        let channel = try result.get()
        guard !self.attempt.isFinished else { return channel.close(promise: nil) }
        let connection = try channel.pipeline.syncOperations.handler(type: HTTPConnection.self)
        self.note("connect")
        self.phase = .securing
        self.connection = connection
        connection.serve(self)
      } catch {
        self.finish(.failure(self.noAnswer(for: error)))
      }
    }
  }

  private func giveUp(_ ending: Attempt<HTTPAnswer>.Ending) {
    connection?.close()
    connection = nil
    switch ending {
    case .late:
      finish(.failure(.failure("no answer within \(timeout.text): \(phase.rawValue)")))
    case .cancelled:
      finish(.failure(.noData("the observation was cancelled")))
    }
  }

  // MARK: - What the connection tells

  /// The TLS handshake is complete.
  func secured() {
    note("tls")
  }

  /// The request is on its way.
  func sent() {
    phase = .waiting
    phaseStarted = .now()
  }

  /// Bytes of the answer have arrived.
  func receivedBytes() {
    guard phase == .waiting else { return }
    note("first_byte")
    phase = .reading
  }

  func received(_ head: HTTPResponseHead) {
    self.head = head
    guard request.head.method != .HEAD,
      let length = head.headers.first(name: "content-length").flatMap({ Int($0) })
    else { return }
    if length > Limits.outputSize {
      refuseBody()
    } else if readsBody {
      body.reserveCapacity(length)
    }
  }

  func received(_ bytes: ByteBuffer) {
    bodySize += bytes.readableBytes
    guard bodySize <= Limits.outputSize else { return refuseBody() }
    if readsBody { body.writeImmutableBuffer(bytes) }
  }

  private func refuseBody() {
    connection?.close()
    finish(
      .failure(.failure("the answer's body is larger than \(Limits.outputSize >> 20) MiB")))
  }

  /// The answer is complete.
  func completed(on connection: HTTPConnection, isReusable: Bool) {
    guard let head else { return }
    if request.keepsConnection, isReusable, head.isKeepAlive, head.status.code >= 200 {
      client.keep(connection)
    } else {
      connection.close()
    }
    finish(
      .success(
        HTTPResponse(status: Int(head.status.code), headers: head.headers, body: body)))
  }

  /// The connection came to an end before the answer did.
  ///
  /// A server may close a kept connection just as the next request is sent (RFC 9112, section 9.3.1);
  /// that says nothing of its health, so the request is sent once more, on a new connection.
  func failed(_ error: any Error) {
    guard !attempt.isFinished else { return }
    if isConnectionKept, phase == .connecting || phase == .waiting {
      connect()
    } else {
      finish(.failure(noAnswer(for: error)))
    }
  }

  private func noAnswer(for error: any Error) -> NoAnswer {
    if let reason = security?.reason(for: error) { return .failure(reason) }
    if case ChannelError.eof = error {
      switch phase {
      case .connecting: return .failure("the server closed the connection")
      case .securing: return .failure("the server closed the connection in the TLS handshake")
      case .waiting: return .failure("the server closed the connection without an answer")
      case .reading: return .failure("the server closed the connection within its answer")
      }
    }
    if case HTTPParserError.invalidEOFState = error {
      return .failure("the server closed the connection within its answer")
    }
    return ConnectionFailure.noAnswer(for: error)
  }

  // MARK: - Times and the end

  private func note(_ timing: String) {
    let now = NIODeadline.now()
    timings[timing] = now.seconds(since: phaseStarted)
    phaseStarted = now
  }

  private func finish(_ result: Result<HTTPResponse, NoAnswer>) {
    guard !attempt.isFinished else { return }
    attempt.finish(
      HTTPAnswer(
        result: result, latency: NIODeadline.now().seconds(since: started), timings: timings))
  }
}
