internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Looks one observer's names up with getaddrinfo(3), on threads of its own.
///
/// NIO's own resolver has one queue for each event loop, so that a single name server that does not
/// answer would hold up every probe. getaddrinfo(3) can't be interrupted either: while name servers
/// are silent, each lookup holds its thread for ten seconds or more, long after its observation was
/// given up. So there are many threads, but not without limit, and each observer has its own; a
/// lookup that nobody waits for any longer is not begun.
final class NameLookup: Sendable {
  typealias Found = @Sendable (Result<NameAddresses, any Error>) -> Void

  /// One question, which is either answered or abandoned, and not both.
  final class Question: Sendable {
    private enum Phase: UInt8, AtomicRepresentable {
      case waiting
      case begun
      case abandoned
    }

    let place: HostPort
    fileprivate let found: Found
    private let phase = Atomic<Phase>(.waiting)

    fileprivate init(_ place: HostPort, _ found: @escaping Found) {
      self.place = place
      self.found = found
    }

    /// Takes the question back; true if it had not been begun, so that no answer will come.
    func abandon() -> Bool { leaveWaiting(for: .abandoned) }

    fileprivate func begin() -> Bool { leaveWaiting(for: .begun) }

    private func leaveWaiting(for next: Phase) -> Bool {
      phase.compareExchange(expected: .waiting, desired: next, ordering: .relaxed).exchanged
    }

    fileprivate var isAbandoned: Bool { phase.load(ordering: .relaxed) == .abandoned }
  }

  private struct State {
    var threads = 0
    var waiting: [Question] = []
  }

  static let threadLimit = 64
  private let state = Mutex(State())
  private let answer: @Sendable (HostPort) throws -> NameAddresses

  /// Makes a lookup; tests answer it themselves.
  init(
    answer: @escaping @Sendable (HostPort) throws -> NameAddresses = {
      try NameAddresses(of: $0)
    }
  ) {
    self.answer = answer
  }

  /// Looks a name up; `found` is called on a thread of the lookup.
  func start(_ place: HostPort, found: @escaping Found) -> Question {
    let question = Question(place, found)
    let needsThread = state.withLock { state in
      state.waiting.removeAll(where: \.isAbandoned)
      state.waiting.append(question)
      guard state.threads < Self.threadLimit else { return false }
      state.threads += 1
      return true
    }
    if needsThread, let code = startThread() {
      let failure = NameLookupFailure(status: EAI_SYSTEM, systemError: code)
      while let question = next() { question.found(.failure(failure)) }
    }
    return question
  }

  /// Answers questions until there are none.
  fileprivate func work() {
    while let question = next() {
      question.found(Result { try answer(question.place) })
    }
  }

  /// The question that has waited longest; without one, the thread that asks is over.
  private func next() -> Question? {
    state.withLock { state in
      while !state.waiting.isEmpty {
        let question = state.waiting.removeFirst()
        if question.begin() { return question }
      }
      state.threads -= 1
      return nil
    }
  }

  /// Starts a thread; the error's number if there can't be one.
  private func startThread() -> Int32? {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let lookup = Unmanaged.passRetained(self)
    let code = pthread_create(&thread, &attributes, lookupThread, lookup.toOpaque())
    guard code != 0 else { return nil }
    lookup.release()
    return code
  }
}

/// The body of a lookup's thread, which owns one reference to it.
private func lookupThread(_ lookup: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let lookup else { return nil }
  Unmanaged<NameLookup>.fromOpaque(lookup).takeRetainedValue().work()
  return nil
}

/// One lookup, as NIO's connection procedure (RFC 8305) asks for it.
final class NameLookupResolver: Resolver, Sendable {
  private let lookup: NameLookup
  private let place: HostPort
  private let loop: any EventLoop
  private let v4: EventLoopPromise<[SocketAddress]>
  private let v6: EventLoopPromise<[SocketAddress]>
  private let question = Mutex<NameLookup.Question?>(nil)

  init(_ lookup: NameLookup, for place: HostPort, on loop: any EventLoop) {
    self.lookup = lookup
    self.place = place
    self.loop = loop
    v4 = loop.makePromise()
    v6 = loop.makePromise()
  }

  func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
    v4.futureResult
  }

  /// Starts the lookup of both families: getaddrinfo(3) asks for both at once.
  func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
    let started = lookup.start(place) { [loop, v4, v6] result in
      loop.execute {
        v6.completeWith(result.map(\.v6))
        v4.completeWith(result.map(\.v4))
      }
    }
    question.withLock { $0 = started }
    return v6.futureResult
  }

  /// The attempt to connect has ended, in time or not.
  func cancelQueries() {
    guard question.withLock({ $0?.abandon() ?? false }) else { return }
    loop.execute { [v4, v6] in
      v6.fail(ChannelError.connectTimeout(.zero))
      v4.fail(ChannelError.connectTimeout(.zero))
    }
  }
}

/// The addresses of a name.
struct NameAddresses: Sendable {
  var v4: [SocketAddress] = []
  var v6: [SocketAddress] = []

  /// Blocks until the name is looked up.
  init(of place: HostPort) throws(NameLookupFailure) {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_protocol = Int32(IPPROTO_TCP)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(place.host, String(place.port), &hints, &list)
    guard status == 0 else { throw NameLookupFailure(status: status, systemError: errno) }
    defer { freeaddrinfo(list) }
    var next = list
    while let entry = next?.pointee {
      next = entry.ai_next
      guard let address = UnsafeRawPointer(entry.ai_addr) else { continue }
      switch entry.ai_family {
      case AF_INET:
        v4.append(SocketAddress(address.loadUnaligned(as: sockaddr_in.self), host: place.host))
      case AF_INET6:
        v6.append(SocketAddress(address.loadUnaligned(as: sockaddr_in6.self), host: place.host))
      default: break
      }
    }
  }
}

/// Why a name has no address: a status of getaddrinfo(3).
struct NameLookupFailure: Error, Hashable {
  var status: Int32
  /// `errno`, which counts if the status is EAI_SYSTEM.
  var systemError: Int32

  /// The status in words.
  var reason: String {
    switch status {
    case EAI_NONAME: "no such name"
    case EAI_AGAIN: "the name server does not answer"
    case EAI_SYSTEM: String(cString: strerror(systemError))
    default: String(cString: gai_strerror(status))
    }
  }
}
