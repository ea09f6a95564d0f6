import Glibc

/// Blocking TCP on 127.0.0.1, as little of it as tests need.
enum LoopbackSocket {
  /// A port that is free now.
  static func freePort() throws -> Int {
    let descriptor = try make()
    defer { close(descriptor) }
    var address = sockaddr_in(port: 0)
    let status = withUnsafeMutableBytes(of: &address) { bytes -> Int32 in
      guard let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
        return -1
      }
      var length = socklen_t(bytes.count)
      guard bind(descriptor, pointer, length) == 0 else { return -1 }
      return getsockname(descriptor, pointer, &length)
    }
    guard status == 0 else { throw SocketError(call: "bind", status: errno) }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  /// Whether something accepts connections on the port.
  static func accepts(_ port: Int) -> Bool {
    guard let descriptor = try? connected(to: port) else { return false }
    close(descriptor)
    return true
  }

  /// The status and the body that a GET of a path answers.
  static func get(_ path: String, port: Int) throws -> (status: Int, body: String) {
    let descriptor = try connected(to: port)
    defer { close(descriptor) }
    let request = Array("GET \(path) HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".utf8)
    guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
    else { throw SocketError(call: "send", status: errno) }
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while answer.count < 1 << 20 {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      guard count >= 0 else { throw SocketError(call: "recv", status: errno) }
      guard count > 0 else { break }
      answer += chunk.prefix(count)
    }
    let text = String(decoding: answer, as: UTF8.self)
    let words = text.split(separator: " ", maxSplits: 2)
    guard words.count > 1, let status = Int(words[1]) else {
      throw SocketError(call: "HTTP", status: EPROTO)
    }
    return (status, text.split(separator: "\r\n\r\n", maxSplits: 1).dropFirst().joined())
  }

  private static func connected(to port: Int) throws -> Int32 {
    let descriptor = try make()
    var address = sockaddr_in(port: port)
    let status = withUnsafeMutableBytes(of: &address) { bytes -> Int32 in
      guard let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
        return -1
      }
      return connect(descriptor, pointer, socklen_t(bytes.count))
    }
    guard status == 0 else {
      let reason = errno
      close(descriptor)
      throw SocketError(call: "connect", status: reason)
    }
    return descriptor
  }

  private static func make() throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw SocketError(call: "socket", status: errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var limit = timeval(tv_sec: 3, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    return descriptor
  }
}

/// A socket call that failed.
struct SocketError: Error, CustomStringConvertible {
  var call: String
  var status: Int32

  var description: String { "\(call): \(String(cString: strerror(status)))" }
}

extension sockaddr_in {
  fileprivate init(port: Int) {
    self.init()
    sin_family = sa_family_t(AF_INET)
    sin_port = in_port_t(port).bigEndian
    sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  }
}
