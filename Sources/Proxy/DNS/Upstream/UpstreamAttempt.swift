internal import Glibc
internal import Linux
internal import Model

/// One query to one name server: a socket, an id and a source port of its own, so that nobody who does
/// not see it can answer it (RFC 5452).
final class UpstreamAttempt {
  enum Outcome {
    /// The answer, with the id of the client's query.
    case answer([UInt8])
    case failed
  }

  private let loop: EventLoop
  private let query: NameQuery
  private let id: UInt16
  private let descriptor: Int32
  private let transport: Transport
  private var strayLeft: Int
  private var frames = StreamFrames()
  /// What is still to be written.
  private var unsent: [UInt8]
  private var isOver = false
  private var timer: EventLoop.Timer?
  private let onStray: () -> Void
  private let onEnd: (Outcome) -> Void

  /// Sends a query; `onEnd` is called once, later, unless it is cancelled before.
  init(
    _ query: NameQuery, to server: IPEndpoint, over transport: Transport, mark: UInt32?,
    limits: ResolverLimits, on loop: EventLoop, onStray: @escaping () -> Void,
    onEnd: @escaping (Outcome) -> Void
  ) throws(SystemError) {
    var generator = SystemRandomNumberGenerator()
    id = UInt16.random(in: 0...UInt16.max, using: &generator)
    self.loop = loop
    self.query = query
    self.transport = transport
    self.onStray = onStray
    self.onEnd = onEnd
    strayLeft = limits.strayAnswers
    let message = query.bytes(withID: id)
    unsent = transport == .stream ? StreamFrames.frame(message) : message
    descriptor = try NameSocket.connected(to: server, by: transport, mark: mark)
    do throws(SystemError) {
      try loop.watch(descriptor, for: .writable) { [weak self] _ in self?.isReady() }
    } catch {
      close(descriptor)
      isOver = true
      throw error
    }
    timer = loop.schedule(after: limits.attempt) { [weak self] in self?.end(.failed) }
  }

  deinit {
    cancel()
  }

  /// Gives the attempt up.
  func cancel() {
    guard !isOver else { return }
    isOver = true
    if let timer { loop.cancel(timer) }
    loop.unwatch(descriptor)
    close(descriptor)
  }

  private func end(_ outcome: Outcome) {
    guard !isOver else { return }
    cancel()
    onEnd(outcome)
  }

  private func isReady() {
    if unsent.isEmpty { read() } else { write() }
  }

  private func write() {
    if transport == .stream, NameSocket.connectionError(of: descriptor) != nil {
      end(.failed)
      return
    }
    let count = send(descriptor, unsent, unsent.count, Int32(MSG_NOSIGNAL))
    if count < 0 {
      if errno != EAGAIN && errno != EINTR { end(.failed) }
      return
    }
    unsent.removeFirst(count)
    if unsent.isEmpty { loop.change(descriptor, to: .readable) }
  }

  private func read() {
    let bytes = withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) {
      buffer -> [UInt8]? in
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      return count < 0 ? nil : Array(buffer[0..<count])
    }
    guard let bytes else {
      if errno != EAGAIN && errno != EINTR { end(.failed) }
      return
    }
    switch transport {
    case .datagram: consider(bytes)
    case .stream:
      guard !bytes.isEmpty else {
        end(.failed)
        return
      }
      frames.append(bytes)
      while !isOver, let message = frames.next() { consider(message) }
    }
  }

  private func consider(_ message: [UInt8]) {
    if query.isAnswered(by: message, id: id) {
      end(.answer(NameQuery.replacingID(of: message, by: query.header.id)))
      return
    }
    onStray()
    strayLeft -= 1
    if strayLeft <= 0 { end(.failed) }
  }
}
