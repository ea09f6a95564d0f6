internal import Glibc
internal import Linux
internal import Model

/// A client's connection: any number of queries, answered as their answers come (RFC 7766, 6.2.1).
final class StreamClient {
  /// Takes a query; false if it is no message, so that nothing after it can be trusted.
  typealias Query = (_ bytes: [UInt8], _ reply: @escaping Reply) -> Bool

  private let loop: EventLoop
  private let descriptor: Int32
  private let limits: ResolverLimits
  private var frames = StreamFrames()
  private var unsent: [UInt8] = []
  private var unanswered = 0
  /// Whether there may be more queries.
  private var isOpen = true
  private var isClosed = false
  private var idle: EventLoop.Timer?
  private let onQuery: Query
  private let onClose: () -> Void

  init(
    _ descriptor: Int32, on loop: EventLoop, limits: ResolverLimits, onQuery: @escaping Query,
    onClose: @escaping () -> Void
  ) throws(SystemError) {
    self.loop = loop
    self.descriptor = descriptor
    self.limits = limits
    self.onQuery = onQuery
    self.onClose = onClose
    do throws(SystemError) {
      try loop.watch(descriptor, for: .readable) { [weak self] in self?.isReady(for: $0) }
    } catch {
      Glibc.close(descriptor)
      isClosed = true
      throw error
    }
    restartIdle()
  }

  deinit {
    end()
  }

  /// Takes no further queries, and closes once those that came are answered.
  func drain() {
    isOpen = false
    settle()
  }

  func close() {
    guard !isClosed else { return }
    end()
    onClose()
  }

  private func end() {
    guard !isClosed else { return }
    isClosed = true
    if let idle { loop.cancel(idle) }
    loop.unwatch(descriptor)
    Glibc.close(descriptor)
  }

  /// The client has done nothing for long: no whole query sent, or no answer read.
  private func restartIdle() {
    if let idle { loop.cancel(idle) }
    idle = loop.schedule(after: limits.idle) { [weak self] in
      guard let self else { return }
      // What is not answered is our delay and not the client's.
      if unanswered > 0 && unsent.isEmpty { restartIdle() } else { close() }
    }
  }

  // MARK: Reading and writing

  private func isReady(for interest: EventLoop.Interest) {
    if !unsent.isEmpty, interest.contains(.writable) {
      write()
      settle()
    }
    // A hang-up makes both ready, and is noticed by whichever is tried.
    if !isClosed, wantsToRead || unsent.isEmpty { read() }
  }

  private var wantsToRead: Bool {
    isOpen && unanswered < limits.queriesPerConnection && unsent.isEmpty
  }

  private func read() {
    let bytes = withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 16) {
      buffer -> [UInt8]? in
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      return count < 0 ? nil : Array(buffer[0..<count])
    }
    guard let bytes else {
      if errno != EAGAIN && errno != EINTR { close() }
      return
    }
    if bytes.isEmpty { isOpen = false }
    frames.append(bytes)
    takeQueries()
    settle()
  }

  private func takeQueries() {
    while !isClosed, unanswered < limits.queriesPerConnection, let message = frames.next() {
      restartIdle()
      unanswered += 1
      let isMessage = onQuery(message) { [weak self] in self?.answer($0) }
      if !isMessage { return close() }
    }
  }

  private func answer(_ message: [UInt8]?) {
    guard !isClosed else { return }
    unanswered -= 1
    if let message { unsent += StreamFrames.frame(message) }
    guard unsent.count <= limits.unsentSize else { return close() }
    write()
    guard !isClosed else { return }
    // An answer may come within the call that asked for it, whose loop then goes on by itself.
    if frames.hasMessage { loop.schedule(at: .zero) { [weak self] in self?.goOn() } }
    settle()
  }

  private func goOn() {
    takeQueries()
    settle()
  }

  private func write() {
    guard !unsent.isEmpty else { return }
    let count = send(descriptor, unsent, unsent.count, Int32(MSG_NOSIGNAL))
    if count < 0 {
      if errno != EAGAIN && errno != EINTR { close() }
      return
    }
    unsent.removeFirst(count)
    restartIdle()
  }

  /// Waits for what can go on, or closes if nothing can.
  private func settle() {
    guard !isClosed else { return }
    if !isOpen, unanswered == 0, unsent.isEmpty, !frames.hasMessage { return close() }
    var interest: EventLoop.Interest = []
    if wantsToRead { interest.insert(.readable) }
    if !unsent.isEmpty { interest.insert(.writable) }
    loop.change(descriptor, to: interest)
  }
}
