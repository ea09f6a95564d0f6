import Dispatch
import Linux
import Model
import Proxy
import Synchronization

/// A resolver on a loop and a thread of its own, as it runs in a process of its own.
final class RunningResolver: Sendable {
  private typealias Call = @Sendable (ResolverServer, EventLoop) -> Void

  private let mailbox: Mailbox<Call>
  /// Kept, so that they answer for as long as they are asked.
  private let servers: [ScriptedNameServer]
  let endpoints: [IPEndpoint]

  var endpoint: IPEndpoint { endpoints[0] }

  /// Starts a resolver that forwards to servers of a test.
  convenience init(
    before servers: [ScriptedNameServer], rules: [NameRule] = [],
    listen: [IPEndpoint] = [IPEndpoint(.loopbackV4, port: 0)],
    limits: ResolverLimits = ResolverLimits()
  ) throws {
    let settings = ResolverSettings(
      listen: listen, upstreams: servers.map(\.endpoint), rules: rules)
    try self.init(settings, limits: limits, keeping: servers)
  }

  init(
    _ settings: ResolverSettings, limits: ResolverLimits = ResolverLimits(),
    keeping servers: [ScriptedNameServer] = []
  ) throws {
    self.servers = servers
    let started = Answer<Result<(Mailbox<Call>, [IPEndpoint]), any Error>>()
    DispatchQueue(label: "resolver").async {
      do {
        let loop = try EventLoop()
        let server = ResolverServer(on: loop, limits: limits)
        try server.start(settings)
        let mailbox = try loop.mailbox(of: Call.self) { $0(server, loop) }
        started.give(.success((mailbox, server.endpoints)))
        loop.run()
        server.close()
      } catch {
        started.give(.failure(error))
      }
    }
    (mailbox, endpoints) = try started.wait().get()
  }

  deinit {
    mailbox.send { _, loop in loop.stop() }
  }

  var statistics: ResolverStatistics {
    let answer = Answer<ResolverStatistics>()
    mailbox.send { server, _ in answer.give(server.statistics) }
    return answer.wait()
  }

  /// Replaces the rules, and returns once that is done.
  func apply(_ rules: [NameRule]) {
    let answer = Answer<Void>()
    mailbox.send { server, _ in answer.give(server.apply(rules)) }
    answer.wait()
  }

  /// Rests or goes on, and returns once that is done.
  func rest(_ isResting: Bool) {
    let answer = Answer<Void>()
    mailbox.send { server, _ in answer.give(server.rest(isResting)) }
    answer.wait()
  }

  /// Drains, and returns once that is done.
  func drain(within limit: Duration) {
    let answer = Answer<Void>()
    mailbox.send { server, _ in server.drain(within: limit) { answer.give(()) } }
    answer.wait()
  }
}

/// A value that another thread gives.
final class Answer<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)
  private let given = DispatchSemaphore(value: 0)

  func give(_ value: Value) {
    self.value.withLock { $0 = value }
    given.signal()
  }

  func wait() -> Value {
    while true {
      given.wait()
      if let value = value.withLock({ $0 }) { return value }
    }
  }
}
