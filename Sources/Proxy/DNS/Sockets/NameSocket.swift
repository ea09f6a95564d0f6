internal import CLinux
internal import Glibc
internal import Linux
internal import Model

/// Makes the sockets of a resolver: non-blocking, closed by an exec.
enum NameSocket {
  /// A socket that queries come to.
  static func listening(at endpoint: IPEndpoint, by transport: Transport) throws(SystemError)
    -> Int32
  {
    let descriptor = try made(for: endpoint, by: transport)
    do throws(SystemError) {
      // A family is listened to by its own socket, so that `0.0.0.0` and `::` can stand side by side.
      if endpoint.address.family == .v6 {
        try set(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, to: 1, for: "listen at \(endpoint)")
      }
      switch transport {
      case .datagram:
        guard jenner_datagram_tell_local(descriptor, endpoint.address.socketFamily) == 0 else {
          throw SystemError("learn where queries to \(endpoint) are sent")
        }
        try bind(descriptor, to: endpoint)
      case .stream:
        // Connections of a listener before us may linger at the port.
        try set(descriptor, SOL_SOCKET, SO_REUSEADDR, to: 1, for: "listen at \(endpoint)")
        try bind(descriptor, to: endpoint)
        guard listen(descriptor, 128) == 0 else { throw SystemError("listen at \(endpoint)") }
      }
      return descriptor
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// A socket for one query to a name server, from a port that the kernel draws.
  ///
  /// It is connected, so that the kernel takes datagrams from that server alone and tells when nobody
  /// is there. A stream may still be connecting.
  static func connected(
    to endpoint: IPEndpoint, by transport: Transport, mark: UInt32?
  ) throws(SystemError) -> Int32 {
    let descriptor = try made(for: endpoint, by: transport)
    do throws(SystemError) {
      if let mark {
        let value = Int32(bitPattern: mark)
        try set(descriptor, SOL_SOCKET, SO_MARK, to: value, for: "mark what goes to \(endpoint)")
      }
      let status = endpoint.withSocketAddress { connect(descriptor, $0, $1) }
      guard status == 0 || errno == EINPROGRESS else { throw SystemError("reach \(endpoint)") }
      return descriptor
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Whether an address is one of this machine's own.
  static func isOwn(_ address: IPAddress) -> Bool {
    guard let descriptor = try? made(for: IPEndpoint(address, port: 0), by: .datagram) else {
      return false
    }
    defer { close(descriptor) }
    return (try? bind(descriptor, to: IPEndpoint(address, port: 0))) != nil
  }

  /// The error of a connection that came to nothing; nil if it stands.
  static func connectionError(of descriptor: Int32) -> Int32? {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else { return errno }
    return code == 0 ? nil : code
  }

  /// Makes a socket that was accepted like the others.
  static func adopt(_ descriptor: Int32) {
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    // An answer is written at once and whole, so there is nothing to wait for.
    var on: Int32 = 1
    let length = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, length)
  }

  // MARK: Parts

  private static func made(
    for endpoint: IPEndpoint, by transport: Transport
  ) throws(SystemError) -> Int32 {
    let kind = transport == .datagram ? SOCK_DGRAM : SOCK_STREAM
    let type = Int32(kind.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(endpoint.address.socketFamily, type, 0)
    guard descriptor >= 0 else { throw SystemError("make a socket for \(endpoint)") }
    return descriptor
  }

  private static func bind(_ descriptor: Int32, to endpoint: IPEndpoint) throws(SystemError) {
    guard endpoint.withSocketAddress({ Glibc.bind(descriptor, $0, $1) }) == 0 else {
      throw SystemError("listen at \(endpoint)")
    }
  }

  private static func set(
    _ descriptor: Int32, _ level: Int32, _ option: Int32, to value: Int32, for action: String
  ) throws(SystemError) {
    var value = value
    let length = socklen_t(MemoryLayout<Int32>.size)
    guard setsockopt(descriptor, level, option, &value, length) == 0 else {
      throw SystemError(action)
    }
  }
}
