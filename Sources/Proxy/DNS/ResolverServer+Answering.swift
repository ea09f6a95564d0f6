internal import Linux
internal import Model

/// What becomes of a query.
extension ResolverServer {
  /// Handles what a client sent; false if it is nothing that could be answered.
  func receive(
    _ bytes: [UInt8], over transport: Transport, reply: @escaping Reply
  ) -> Bool {
    counts.queries += 1
    do throws(NameQuery.Malformed) {
      decide(about: try NameQuery(bytes), over: transport, reply: reply)
      return true
    } catch {
      counts.malformed += 1
      guard case .answerable(let header, let code) = error else { return false }
      reply(NameResponse.failure(code, to: header))
      return true
    }
  }

  private func decide(about query: NameQuery, over transport: Transport, reply: @escaping Reply) {
    switch isResting ? .forward : book.decide(about: query) {
    case .forward:
      forward(query, over: transport, reply: reply)
    case .fail(let code):
      counts.answered += 1
      reply(NameResponse.failure(code, to: query))
    case .silence:
      counts.silenced += 1
      reply(nil)
    case .addresses(let addresses, let timeToLive):
      counts.answered += 1
      reply(
        NameResponse.addresses(addresses, timeToLive: timeToLive, to: query, over: transport))
    case .hold(let delay, let rule):
      hold(query, over: transport, for: delay, by: rule, reply: reply)
    }
  }

  private func hold(
    _ query: NameQuery, over transport: Transport, for delay: Duration, by rule: NameRule,
    reply: @escaping Reply
  ) {
    guard held.count < limits.held, held.size + query.bytes.count <= limits.heldSize else {
      counts.overLimit += 1
      reply(NameResponse.failure(.serverFailure, to: query))
      return
    }
    counts.delayed += 1
    let waiting = HeldQuery(
      query: query, transport: transport, rule: rule, since: loop.now, reply: reply)
    held.hold(waiting, for: delay) { [weak self] in self?.release($0) }
  }

  func release(_ held: HeldQuery) {
    counts.noteDelay(loop.now - held.since)
    forward(held.query, over: held.transport, reply: held.reply)
  }

  private func forward(_ query: NameQuery, over transport: Transport, reply: @escaping Reply) {
    if query.question.type == .axfr || query.question.type == .ixfr {
      reply(NameResponse.failure(.notImplemented, to: query))
      return
    }
    guard forwarding.count < limits.forwarding else {
      counts.overLimit += 1
      reply(NameResponse.failure(.serverFailure, to: query))
      return
    }
    counts.forwarded += 1
    let number = nextNumber()
    let way = UpstreamQuery.Way(
      servers: settings.upstreams, first: preferred, mark: settings.mark, limits: limits)
    let upstream = UpstreamQuery(
      query, over: transport, by: way, on: loop,
      events: .init(
        onStray: { [weak self] in self?.counts.strayAnswers += 1 },
        onFailure: { [weak self] in self?.counts.upstreamFailures += 1 },
        onEnd: { [weak self] answer in
          self?.forwardingEnded(number, answer: answer, query: query, reply: reply)
        }))
    forwarding[number] = upstream
    upstream.start()
  }

  private func forwardingEnded(
    _ number: UInt64, answer: (message: [UInt8], server: Int)?, query: NameQuery, reply: Reply
  ) {
    forwarding[number] = nil
    if let answer {
      preferred = answer.server
      counts.relayed += 1
      reply(answer.message)
    } else {
      reply(NameResponse.failure(.serverFailure, to: query))
    }
    finishIfDrained()
  }
}
