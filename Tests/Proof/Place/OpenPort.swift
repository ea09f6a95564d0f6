import Glibc
import Linux

/// A port of the worker's loopback device that answers, which is all that an experiment needs to hold.
///
/// The kernel makes the connections; a probe that started a process would take longer and make runs
/// differ.
final class OpenPort {
  static let number: UInt16 = 4242
  private static let backlog: Int32 = 4096
  private let descriptor: Int32

  init() throws {
    descriptor = socket(
      AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemError("make a socket") }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = Self.number.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0, listen(descriptor, Self.backlog) == 0 else {
      throw SystemError("listen on port \(Self.number)")
    }
  }

  /// Closes the connections of the last run.
  func drain() {
    while true {
      let connection = accept(descriptor, nil, nil)
      guard connection >= 0 else { return }
      close(connection)
    }
  }
}
