internal import Model

/// Reads both directions of a connection as HTTP/1.1 and does to requests and answers what toxics
/// say.
///
/// It is pure: bytes and times in, parcels out. Whatever it does not understand it passes on
/// untouched from there, in both directions, and never reads again.
struct HTTPInterceptor {
  /// Where in what the client sends the reader is.
  enum RequestPhase {
    case head
    case body(HTTPBody)
    /// The answer decides whether what follows is HTTP.
    case waiting
    case untouched
    /// A request was aborted, and nothing that follows it is passed on.
    case discarding
  }

  /// Where in what the server sends the reader is.
  enum ResponsePhase {
    case head
    case body(HTTPBody, isPassedOn: Bool)
    case untouched
    case discarding
  }

  /// The longest head; a longer one is passed on untouched.
  static let longestHead = 32 << 10
  /// The most requests that wait for their answers; further ones are not read.
  static let mostExchanges = 64
  /// How long a head may take to come; a slower one is passed on untouched.
  static let slowestHead: Duration = .seconds(5)

  var rules: [HTTPRule]
  var random: SplitMix
  var exchanges: [HTTPExchange] = []
  var requestPhase = RequestPhase.head
  var responsePhase = ResponsePhase.head
  /// What was read of a head, or waits until it may be read.
  var requestBuffer = HeadBuffer()
  var responseBuffer = HeadBuffer()
  var line = RequestLine()
  /// When the head that is incomplete is given up.
  var headDeadline: Duration?

  init(_ rules: [HTTPRule], random: SplitMix) {
    self.rules = rules
    self.random = random
  }

  /// When it has to be asked again.
  var due: Duration? {
    [line.due, exchanges.first?.abort?.due, headDeadline].compactMap(\.self).min()
  }

  /// What it holds of what the client sent.
  var heldOfRequests: Int { requestBuffer.count + line.size }

  /// What it holds of what the server sent.
  var heldOfResponses: Int { responseBuffer.count }

  /// Whether bytes could as well go past it from here on.
  var isNeedless: Bool {
    guard line.isEmpty, requestBuffer.isEmpty, responseBuffer.isEmpty, exchanges.isEmpty else {
      return false
    }
    switch (requestPhase, responsePhase) {
    case (.untouched, .untouched): return true
    case (.head, .head): return rules.isEmpty
    default: return false
    }
  }

  /// Whether it will never read again.
  var hasGivenUp: Bool {
    if case .untouched = requestPhase { return true }
    return false
  }

  /// Makes these the toxics for requests from now on; if they are others than before, what was held
  /// back goes.
  mutating func apply(_ rules: [HTTPRule], at now: Duration, into output: inout HTTPOutput) {
    let isSame = rules.elementsEqual(self.rules) { $0.name == $1.name && $0.toxic == $1.toxic }
    self.rules = rules
    if isSame { return }
    line.hurry(at: now)
    for index in exchanges.indices where exchanges[index].abort != nil {
      exchanges[index].abort?.due = now
      exchanges[index].abort?.delayedSince = nil
    }
    release(at: now, into: &output)
  }

  /// Does what is due.
  mutating func release(at now: Duration, into output: inout HTTPOutput) {
    if let headDeadline, headDeadline <= now { giveUp(at: now, into: &output) }
    line.release(at: now, into: &output)
    guard let abort = exchanges.first?.abort, abort.due <= now else { return }
    let answer = HTTPAnswer.abort(abort.status, to: exchanges.removeFirst().method)
    if let since = abort.delayedSince { output.delays.append(now - since) }
    exchanges = []
    responsePhase = .discarding
    output.downstream.append(Parcel(.bytes(answer[...]), at: abort.due))
    output.downstream.append(Parcel(.close, at: abort.due))
  }

  /// Passes on what it has, and all that follows, untouched.
  mutating func giveUp(at now: Duration, into output: inout HTTPOutput) {
    output.isNotHTTP = true
    leave(at: now, into: &output)
  }

  /// The connection speaks another protocol from here on.
  mutating func leave(at now: Duration, into output: inout HTTPOutput) {
    headDeadline = nil
    // An answer of our own that is due later ends the connection still.
    exchanges.removeAll { $0.abort == nil }
    if case .discarding = requestPhase {} else { requestPhase = .untouched }
    responsePhase = .untouched
    if !requestBuffer.isEmpty { line.append(.bytes(requestBuffer.removeAll()), at: now) }
    if !responseBuffer.isEmpty {
      output.downstream.append(Parcel(.bytes(responseBuffer.removeAll()), at: now))
    }
  }
}
