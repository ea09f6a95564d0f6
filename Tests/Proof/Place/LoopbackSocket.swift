import Glibc
import Linux

/// A socket of the worker's loopback device that never waits.
struct LoopbackSocket {
  enum Kind {
    case stream
    case datagrams
  }

  private let descriptor: Int32
  private let kind: Kind

  private static let backlog: Int32 = 4096

  /// Makes one; with a port it takes what comes there.
  init(_ kind: Kind, port: UInt16? = nil) throws {
    self.kind = kind
    let type = kind == .stream ? SOCK_STREAM : SOCK_DGRAM
    descriptor = socket(
      AF_INET, Int32(type.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemError("make a socket") }
    if let port { try listen(at: port) }
    if kind == .stream, port == nil { resetAtEnd() }
  }

  private func listen(at port: UInt16) throws {
    // Connections of an earlier process that nobody ended may still be there.
    var isShared: Int32 = 1
    setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &isShared, socklen_t(MemoryLayout<Int32>.size))
    let result = Self.withAddress(port) { bind(descriptor, $0, $1) }
    guard result == 0, kind == .datagrams || Glibc.listen(descriptor, Self.backlog) == 0 else {
      throw SystemError("listen on port \(port)")
    }
  }

  /// Its end leaves nothing that waits for the other side.
  private func resetAtEnd() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  /// Begins a connection, or says where datagrams go.
  func connect(to port: UInt16) {
    _ = Self.withAddress(port) { Glibc.connect(descriptor, $0, $1) }
  }

  func send(_ bytes: [UInt8]) {
    _ = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Closes the connections that were made to it, or takes the datagrams that have come.
  func drain() {
    var bytes = [UInt8](repeating: 0, count: 512)
    while true {
      switch kind {
      case .datagrams: guard recv(descriptor, &bytes, bytes.count, 0) >= 0 else { return }
      case .stream:
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        Glibc.close(connection)
      }
    }
  }

  func close() { Glibc.close(descriptor) }

  private static func withAddress(
    _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
