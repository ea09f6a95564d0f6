import Glibc

/// A port of 127.0.0.1 that belongs to a replica for as long as the shop is open.
///
/// The socket is bound and never listens: connections are refused while the replica is dead, no
/// other program gets the port, and the replica, which also sets SO_REUSEPORT, may bind it again and
/// again.
final class PortReservation: Sendable {
  let port: Int
  private let descriptor: Int32

  /// Reserves a free port.
  init() throws(SystemError) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw SystemError("socket") }
    do throws(SystemError) {
      port = try Self.bind(descriptor)
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  private static func bind(_ descriptor: Int32) throws(SystemError) -> Int {
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    guard setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, size) == 0 else {
      throw SystemError("setsockopt")
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutableBytes(of: &address) { bytes -> Int32 in
      guard let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
        return -1
      }
      guard Glibc.bind(descriptor, pointer, length) == 0 else { return -1 }
      return getsockname(descriptor, pointer, &length)
    }
    guard status == 0 else { throw SystemError("bind") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
