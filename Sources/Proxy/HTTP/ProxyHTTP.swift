internal import Model

/// The HTTP side of a connection: whether it is read as HTTP, and since when.
///
/// Where toxics of HTTP come to a connection that is under way, it is read from the first bytes on
/// that begin a request and follow something of the server's, or nothing: in the middle of a message
/// nobody could tell what is a head.
struct ProxyHTTP {
  private var rules: [HTTPRule] = []
  private let random: SplitMix
  private var interceptor: HTTPInterceptor?
  /// Whether it turned out to be no HTTP.
  private var isHopeless = false
  /// Whether the client was the last to say something.
  private var isServersTurn = false
  /// Whether bytes went past that nobody read as HTTP.
  private var isUnderWay = false

  init(random: SplitMix) {
    self.random = random
  }

  /// Whether bytes go through a reader.
  var isReading: Bool { interceptor != nil }

  /// What is held of each direction.
  var heldOfRequests: Int { interceptor?.heldOfRequests ?? 0 }
  var heldOfResponses: Int { interceptor?.heldOfResponses ?? 0 }

  /// When it has to be asked again.
  var due: Duration? { interceptor?.due }

  /// Whether bytes that have just come are to be read; if so, it is ready for them.
  mutating func reads(
    _ bytes: UnsafeRawBufferPointer, _ direction: ProxyConnection.Direction
  ) -> Bool {
    if interceptor != nil { return true }
    let follows = direction == .upstream && !isServersTurn
    isServersTurn = direction == .upstream
    defer { isUnderWay = true }
    guard follows, !rules.isEmpty, !isHopeless else { return false }
    if isUnderWay, !Self.beginsRequest(bytes) { return false }
    interceptor = HTTPInterceptor(rules, random: random)
    return true
  }

  /// Whether there is a whole request line.
  private static func beginsRequest(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let start = ArraySlice(bytes.prefix(HTTPInterceptor.longestHead))
    guard let end = start.firstIndex(of: UInt8(ascii: "\n")) else { return false }
    let line = start[..<end].withoutLineEnd
    return HTTPRequestHead.mayBegin(line)
      && line.suffix(9).starts(with: " HTTP/1.".utf8)
  }

  /// Takes bytes that are to be read.
  mutating func take(
    _ bytes: ArraySlice<UInt8>, _ direction: ProxyConnection.Direction, at now: Duration,
    into output: inout HTTPOutput
  ) {
    switch direction {
    case .upstream: interceptor?.request(bytes, at: now, into: &output)
    case .downstream: interceptor?.response(bytes, at: now, into: &output)
    }
    leaveIfNeedless()
  }

  /// One side sends nothing more.
  mutating func ended(
    _ direction: ProxyConnection.Direction, at now: Duration, into output: inout HTTPOutput
  ) {
    switch direction {
    case .upstream: interceptor?.requestEnded(at: now, into: &output)
    case .downstream: interceptor?.responseEnded(at: now, into: &output)
    }
  }

  /// Does what is due.
  mutating func release(at now: Duration, into output: inout HTTPOutput) {
    interceptor?.release(at: now, into: &output)
    leaveIfNeedless()
  }

  /// Makes these the toxics of HTTP.
  mutating func apply(_ rules: [HTTPRule], at now: Duration, into output: inout HTTPOutput) {
    self.rules = rules
    interceptor?.apply(rules, at: now, into: &output)
    leaveIfNeedless()
  }

  private mutating func leaveIfNeedless() {
    guard let interceptor, interceptor.isNeedless else { return }
    isHopeless = interceptor.hasGivenUp
    isServersTurn = false
    isUnderWay = true
    self.interceptor = nil
  }

  /// Forgets everything, at the end of the connection.
  mutating func stop() {
    interceptor = nil
    rules = []
    isHopeless = true
  }
}
