internal import Model

extension HTTPInterceptor {
  /// Takes what the client sent.
  mutating func request(
    _ bytes: ArraySlice<UInt8>, at now: Duration, into output: inout HTTPOutput
  ) {
    requestBuffer.append(bytes)
    readRequests(at: now, into: &output)
    release(at: now, into: &output)
  }

  /// The client sends nothing more.
  mutating func requestEnded(at now: Duration, into output: inout HTTPOutput) {
    if case .discarding = requestPhase { return }
    if !requestBuffer.isEmpty { line.append(.bytes(requestBuffer.removeAll()), at: now) }
    headDeadline = nil
    line.append(.end, at: now)
    release(at: now, into: &output)
  }

  /// Reads as far as it can.
  mutating func readRequests(at now: Duration, into output: inout HTTPOutput) {
    while !requestBuffer.isEmpty {
      switch requestPhase {
      case .head:
        guard readRequestHead(at: now, into: &output) else { return }
      case .body(var body):
        let count = body.consume(requestBuffer.bytes)
        line.append(.bytes(requestBuffer.removeFirst(count)), at: now)
        if body.isInvalid { return giveUp(at: now, into: &output) }
        requestPhase = body.isComplete ? phaseBehindRequest : .body(body)
      case .waiting: return
      case .untouched:
        line.append(.bytes(requestBuffer.removeAll()), at: now)
      case .discarding:
        _ = requestBuffer.removeAll()
      }
    }
  }

  /// Reads a head and decides; false if it has to wait for more.
  private mutating func readRequestHead(
    at now: Duration, into output: inout HTTPOutput
  ) -> Bool {
    // Empty lines before a request are to be ignored: RFC 9112, section 2.2.
    let empty = requestBuffer.bytes.prefix {
      $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n")
    }
    if !empty.isEmpty {
      line.append(.bytes(requestBuffer.removeFirst(empty.count)), at: now)
      return true
    }
    guard exchanges.count < Self.mostExchanges else { return false }
    guard HTTPRequestHead.mayBegin(requestBuffer.bytes) else {
      giveUp(at: now, into: &output)
      return false
    }
    guard let length = requestBuffer.lengthOfHead(atMost: Self.longestHead) else {
      if requestBuffer.count >= Self.longestHead {
        giveUp(at: now, into: &output)
      } else {
        headDeadline = headDeadline ?? now + Self.slowestHead
      }
      return false
    }
    headDeadline = nil
    guard let head = HTTPRequestHead(requestBuffer.bytes.prefix(length)) else {
      giveUp(at: now, into: &output)
      return false
    }
    _ = requestBuffer.removeFirst(length)
    take(head, at: now, into: &output)
    return true
  }

  private mutating func take(
    _ head: HTTPRequestHead, at now: Duration, into output: inout HTTPOutput
  ) {
    output.requests += 1
    var exchange = HTTPExchange(
      method: head.method, asksForOtherProtocol: head.asksForOtherProtocol)
    var delay: Duration?
    var status: Int?
    for rule in rules where rule.hits(head, &random) {
      output.hits.append(rule.name)
      switch rule.toxic {
      case .httpDelay(_, let wait, let jitter):
        delay = (delay ?? .zero) + wait.varied(by: jitter, &random)
      case .httpAbort(_, let answer): status = status ?? answer
      case .httpReplace(_, let replacement): exchange.replacements.append(replacement)
      default: break
      }
    }
    if delay != nil { output.delayed += 1 }
    if let status {
      output.aborted += 1
      exchange.abort = HTTPExchange.Abort(
        status: status, due: now + (delay ?? .zero), delayedSince: delay.map { _ in now })
      requestPhase = .discarding
    } else {
      line.append(.bytes(head.bytes), at: now, delay: delay)
    }
    exchanges.append(exchange)
    guard status == nil else { return }
    let body = HTTPBody(head.framing)
    requestPhase = body.isComplete ? phaseBehindRequest : .body(body)
  }

  /// What follows the request that was read last; if it was answered already, that is HTTP.
  private var phaseBehindRequest: RequestPhase {
    exchanges.last?.asksForOtherProtocol == true ? .waiting : .head
  }
}
