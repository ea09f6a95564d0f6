internal import Linux
internal import Model

/// One query to the name servers, of which the next is asked when one does not answer.
final class UpstreamQuery {
  /// What the query needs of its resolver.
  struct Way {
    var servers: [IPEndpoint]
    /// The server to begin with: the one that answered last.
    var first: Int
    var mark: UInt32?
    var limits: ResolverLimits
  }

  /// What happens on the way.
  struct Events {
    var onStray: () -> Void
    var onFailure: () -> Void
    /// The answer and the number of the server that gave it; nil if none did.
    var onEnd: ((message: [UInt8], server: Int)?) -> Void
  }

  private let loop: EventLoop
  private let query: NameQuery
  private let transport: Transport
  private let way: Way
  private let events: Events
  private var attempts = 0
  private var isOver = false
  private var current: UpstreamAttempt?

  init(
    _ query: NameQuery, over transport: Transport, by way: Way, on loop: EventLoop, events: Events
  ) {
    self.loop = loop
    self.query = query
    self.transport = transport
    self.way = way
    self.events = events
  }

  /// Asks the first server; its events come later.
  func start() {
    attempt()
  }

  /// Gives the query up; there are no further events.
  func cancel() {
    isOver = true
    current?.cancel()
    current = nil
  }

  private func attempt() {
    guard attempts < way.limits.attempts, !way.servers.isEmpty else {
      isOver = true
      events.onEnd(nil)
      return
    }
    let server = (way.first + attempts) % way.servers.count
    attempts += 1
    do throws(SystemError) {
      current = try UpstreamAttempt(
        query, to: way.servers[server], over: transport, mark: way.mark, limits: way.limits,
        on: loop, onStray: events.onStray
      ) { [weak self] outcome in
        self?.attemptEnded(outcome, server: server)
      }
    } catch {
      // No route or no descriptor: like a server that is not there, and never within this call.
      current = nil
      loop.schedule(at: .zero) { [weak self] in self?.attemptEnded(.failed, server: server) }
    }
  }

  private func attemptEnded(_ outcome: UpstreamAttempt.Outcome, server: Int) {
    guard !isOver else { return }
    current = nil
    switch outcome {
    case .answer(let message):
      isOver = true
      events.onEnd((message, server))
    case .failed:
      events.onFailure()
      attempt()
    }
  }
}
