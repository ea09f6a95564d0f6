internal import Model

extension HTTPInterceptor {
  /// Takes what the server sent.
  mutating func response(
    _ bytes: ArraySlice<UInt8>, at now: Duration, into output: inout HTTPOutput
  ) {
    responseBuffer.append(bytes)
    readResponses(at: now, into: &output)
    release(at: now, into: &output)
  }

  /// The server sends nothing more.
  mutating func responseEnded(at now: Duration, into output: inout HTTPOutput) {
    if !responseBuffer.isEmpty {
      output.downstream.append(Parcel(.bytes(responseBuffer.removeAll()), at: now))
    }
    if exchanges.contains(where: { $0.abort != nil }) {
      // What the server still owed will not come; the answer of our own is next.
      exchanges.removeAll { $0.abort == nil }
      responsePhase = .discarding
    } else if case .discarding = responsePhase {
      return
    } else {
      output.downstream.append(Parcel(.end, at: now))
    }
    release(at: now, into: &output)
  }

  private mutating func readResponses(at now: Duration, into output: inout HTTPOutput) {
    while !responseBuffer.isEmpty {
      switch responsePhase {
      case .head:
        guard readResponseHead(at: now, into: &output) else { return }
      case .body(var body, let isPassedOn):
        let bytes = responseBuffer.removeFirst(body.consume(responseBuffer.bytes))
        if isPassedOn { output.downstream.append(Parcel(.bytes(bytes), at: now)) }
        if body.isInvalid { return giveUp(at: now, into: &output) }
        if body.isComplete {
          responseIsComplete(at: now, into: &output)
        } else {
          responsePhase = .body(body, isPassedOn: isPassedOn)
        }
      case .untouched:
        output.downstream.append(Parcel(.bytes(responseBuffer.removeAll()), at: now))
      case .discarding:
        _ = responseBuffer.removeAll()
      }
    }
  }

  /// Reads a head and changes it; false if it has to wait for more.
  private mutating func readResponseHead(
    at now: Duration, into output: inout HTTPOutput
  ) -> Bool {
    // A server that speaks unasked, or without HTTP, is not ours to understand.
    guard let exchange = exchanges.first, exchange.abort == nil,
      HTTPResponseHead.mayBegin(responseBuffer.bytes)
    else {
      giveUp(at: now, into: &output)
      return false
    }
    guard let length = responseBuffer.lengthOfHead(atMost: Self.longestHead) else {
      if responseBuffer.count >= Self.longestHead { giveUp(at: now, into: &output) }
      return false
    }
    guard
      let head = HTTPResponseHead(responseBuffer.bytes.prefix(length), to: exchange.method)
    else {
      giveUp(at: now, into: &output)
      return false
    }
    _ = responseBuffer.removeFirst(length)
    take(head, of: exchange, at: now, into: &output)
    return true
  }

  private mutating func take(
    _ head: HTTPResponseHead, of exchange: HTTPExchange, at now: Duration,
    into output: inout HTTPOutput
  ) {
    let isTunnel = exchange.method == "CONNECT" && 200..<300 ~= head.status
    if head.status == 101 || isTunnel {
      output.downstream.append(Parcel(.bytes(head.bytes), at: now))
      return leave(at: now, into: &output)
    }
    // 100 Continue and its like come before the answer proper.
    if head.status < 200 {
      return output.downstream.append(Parcel(.bytes(head.bytes), at: now))
    }
    var isPassedOn = true
    var bytes = head.bytes
    if !exchange.replacements.isEmpty {
      output.replaced += 1
      let (changed, body) = HTTPAnswer.replacing(
        head, to: exchange.method, with: exchange.replacements)
      bytes = changed[...]
      if let body {
        bytes += body
        isPassedOn = false
      }
    }
    output.downstream.append(Parcel(.bytes(bytes), at: now))
    let body = HTTPBody(head.framing)
    responsePhase = .body(body, isPassedOn: isPassedOn)
    if body.isComplete { responseIsComplete(at: now, into: &output) }
  }

  private mutating func responseIsComplete(at now: Duration, into output: inout HTTPOutput) {
    responsePhase = .head
    let exchange = exchanges.removeFirst()
    if exchange.asksForOtherProtocol, case .waiting = requestPhase {
      // The other protocol was declined.
      requestPhase = .head
    }
    readRequests(at: now, into: &output)
  }
}
