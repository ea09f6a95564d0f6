import Glibc
import NIOCore
import NIOPosix
import Testing

/// A port of 127.0.0.1 that refuses connections for as long as a test lasts.
///
/// A socket is bound to it and never listens, so that no other server can be given the port.
func withClosedPort<Result>(_ body: (Int) async throws -> Result) async throws -> Result {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  try #require(descriptor >= 0)
  defer { close(descriptor) }
  // Named through NIO, since its C module and Glibc both define the addresses of sockets.
  let wanted = try SocketAddress(ipAddress: "127.0.0.1", port: 0)
  let status = wanted.withSockAddr { address, size in bind(descriptor, address, socklen_t(size)) }
  try #require(status == 0)
  var bytes = [UInt8](repeating: 0, count: 16)
  var size = socklen_t(bytes.count)
  let port = try bytes.withUnsafeMutableBytes { buffer in
    let address = try #require(buffer.baseAddress).assumingMemoryBound(to: sockaddr.self)
    try #require(getsockname(descriptor, address, &size) == 0)
    // sockaddr_in, ip(7): two bytes of family, then the port in network order.
    return Int(buffer[2]) << 8 | Int(buffer[3])
  }
  return try await body(port)
}
