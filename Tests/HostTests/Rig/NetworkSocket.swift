import Glibc

/// A blocking socket of a host in a test's network, by numeric addresses of either family.
final class NetworkSocket: Sendable {
  private let descriptor: Int32

  private init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Makes a TCP connection; an error says as errno(3) why there is none.
  static func connect(
    from host: NetworkHost, to address: String, port: Int, within limit: Duration = .seconds(1)
  ) throws -> NetworkSocket {
    let socket = try make(SOCK_STREAM, on: host, for: address, port, limit: limit)
    try socket.resolve(address, port, SOCK_STREAM) {
      guard Glibc.connect(socket.descriptor, $0, $1) == 0 else {
        // What the kernel says when the time for a connection is over.
        throw SocketError(call: "connect", status: errno == EINPROGRESS ? ETIMEDOUT : errno)
      }
    }
    return socket
  }

  /// Why no TCP connection can be made, as errno(3); nil if one can.
  static func refusal(
    from host: NetworkHost, to address: String, port: Int, within limit: Duration = .seconds(1)
  ) throws -> Int32? {
    do {
      _ = try connect(from: host, to: address, port: port, within: limit)
      return nil
    } catch let error as SocketError where error.call == "connect" {
      return error.status
    }
  }

  /// Listens for TCP connections, or for datagrams.
  static func bound(
    to address: String, port: Int, on host: NetworkHost, isStream: Bool
  ) throws -> NetworkSocket {
    let kind = isStream ? SOCK_STREAM : SOCK_DGRAM
    let socket = try make(kind, on: host, for: address, port, limit: .seconds(2))
    var yes: Int32 = 1
    setsockopt(socket.descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(4))
    try socket.resolve(address, port, kind) {
      guard bind(socket.descriptor, $0, $1) == 0 else {
        throw SocketError(call: "bind", status: errno)
      }
    }
    guard !isStream || listen(socket.descriptor, 4_096) == 0 else {
      throw SocketError(call: "listen", status: errno)
    }
    return socket
  }

  /// A socket for datagrams that it sends to one address.
  static func datagrams(
    from host: NetworkHost, to address: String, port: Int
  ) throws -> NetworkSocket {
    let socket = try make(SOCK_DGRAM, on: host, for: address, port, limit: .seconds(1))
    try socket.resolve(address, port, SOCK_DGRAM) {
      guard Glibc.connect(socket.descriptor, $0, $1) == 0 else {
        throw SocketError(call: "connect", status: errno)
      }
    }
    return socket
  }

  /// The next connection.
  func accept() throws -> NetworkSocket {
    let accepted = Glibc.accept(descriptor, nil, nil)
    guard accepted >= 0 else { throw SocketError(call: "accept", status: errno) }
    _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
    return NetworkSocket(accepted)
  }

  /// Sends bytes; nil, or the error of errno(3), such as EPERM where a rule drops what is sent.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Int32? {
    let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    return count == bytes.count ? nil : errno
  }

  /// Sends what the kernel takes at once, and tells how many bytes that is.
  func sendAtOnce(_ bytes: [UInt8]) -> Int {
    max(0, Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT)))
  }

  /// Receives what is there; empty at the end of a connection.
  func receive(_ limit: Int = 65_536, isWaiting: Bool = true) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = recv(descriptor, &bytes, limit, isWaiting ? 0 : Int32(MSG_DONTWAIT))
    guard count >= 0 else { throw SocketError(call: "recv", status: errno) }
    return Array(bytes.prefix(count))
  }

  /// The datagrams that have come; they are taken away.
  func arrivals() -> [[UInt8]] {
    var datagrams: [[UInt8]] = []
    while let datagram = try? receive(2_048, isWaiting: false) { datagrams.append(datagram) }
    return datagrams
  }

  private static func make(
    _ kind: __socket_type, on host: NetworkHost, for address: String, _ port: Int, limit: Duration
  ) throws -> NetworkSocket {
    let family = address.contains(":") ? AF_INET6 : AF_INET
    let descriptor = try host.within { socket(family, Int32(kind.rawValue), 0) }
    guard descriptor >= 0 else { throw SocketError(call: "socket", status: errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    let parts = limit.components
    var time = timeval(
      tv_sec: Int(parts.seconds), tv_usec: Int(parts.attoseconds / 1_000_000_000_000))
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
    var space: Int32 = 4 << 20
    setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &space, socklen_t(4))
    return NetworkSocket(descriptor)
  }

  private func resolve(
    _ address: String, _ port: Int, _ kind: __socket_type,
    _ body: (UnsafePointer<sockaddr>, socklen_t) throws -> Void
  ) throws {
    var hints = addrinfo()
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
    hints.ai_socktype = Int32(kind.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(address, "\(port)", &hints, &found) == 0, let found else {
      throw SocketError(call: "getaddrinfo", status: EINVAL)
    }
    defer { freeaddrinfo(found) }
    guard let name = found.pointee.ai_addr else {
      throw SocketError(call: "getaddrinfo", status: EINVAL)
    }
    try body(name, found.pointee.ai_addrlen)
  }
}
