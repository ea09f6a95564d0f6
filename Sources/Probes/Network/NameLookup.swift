internal import Dispatch
internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// Looks one observer's names up with getaddrinfo(3), off the event loop.
///
/// NIO's own resolver has one queue for each event loop, so that one name server that does not answer
/// would hold up every probe. Here each observer has a few queues of its own: no more threads than
/// that ever wait, and nobody else waits with them.
final class NameLookup: Sendable {
  private struct Lane {
    var queue: DispatchQueue
    var waiting: Int
  }

  private static let laneLimit = 4
  private let lanes = Mutex<[Lane]>([])

  /// Looks a name up; `found` is called on a thread of its own with addresses or an error.
  fileprivate func start(
    _ place: HostPort, found: @escaping @Sendable (Result<Addresses, any Error>) -> Void
  ) {
    let (index, queue) = lanes.withLock { lanes in
      let quietest = lanes.indices.min { lanes[$0].waiting < lanes[$1].waiting }
      if let quietest, lanes[quietest].waiting == 0 || lanes.count == Self.laneLimit {
        lanes[quietest].waiting += 1
        return (quietest, lanes[quietest].queue)
      }
      lanes.append(Lane(queue: DispatchQueue(label: "jenner.name-lookup"), waiting: 1))
      return (lanes.count - 1, lanes[lanes.count - 1].queue)
    }
    queue.async {
      found(Result { try Addresses(of: place) })
      self.lanes.withLock { $0[index].waiting -= 1 }
    }
  }
}

/// One lookup, as NIO's connection procedure (RFC 8305) asks for it.
final class NameLookupResolver: Resolver, Sendable {
  private let lookup: NameLookup
  private let place: HostPort
  private let loop: any EventLoop
  private let v4: EventLoopPromise<[SocketAddress]>
  private let v6: EventLoopPromise<[SocketAddress]>

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
    lookup.start(place) { [loop, v4, v6] result in
      loop.execute {
        v6.completeWith(result.map(\.v6))
        v4.completeWith(result.map(\.v4))
      }
    }
    return v6.futureResult
  }

  func cancelQueries() {}
}

/// The addresses of a name.
private struct Addresses: Sendable {
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
