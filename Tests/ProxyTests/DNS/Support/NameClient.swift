import Glibc
import Model

import Linux
@testable import Proxy

/// A client of a name server that waits for its answers.
///
/// Its socket is connected, so that it takes answers from the address that it asked and no other.
final class NameClient: Sendable {
  private let descriptor: Int32

  init(to endpoint: IPEndpoint, over transport: Transport = .datagram, wait: Int = 3_000) throws {
    descriptor = try NameSocket.connected(to: endpoint, by: transport, mark: nil)
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    var limit = timeval(tv_sec: wait / 1_000, tv_usec: wait % 1_000 * 1_000)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
  }

  deinit {
    close(descriptor)
  }

  func write(_ bytes: [UInt8]) {
    _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// What came; nil if nothing does in time, empty at the end.
  func read(upTo size: Int = 65_536) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: size)
    let count = recv(descriptor, &bytes, size, 0)
    return count < 0 ? nil : Array(bytes.prefix(count))
  }

  /// Asks by UDP.
  func ask(_ query: [UInt8]) -> [UInt8]? {
    write(query)
    return read()
  }

  /// The next message of a stream; nil at its end.
  func readFrame() -> [UInt8]? {
    func exactly(_ count: Int) -> [UInt8]? {
      var bytes: [UInt8] = []
      while bytes.count < count {
        guard let more = read(upTo: count - bytes.count), !more.isEmpty else { return nil }
        bytes += more
      }
      return bytes
    }
    guard let size = exactly(2) else { return nil }
    return exactly(Int(size[0]) << 8 | Int(size[1]))
  }

  func finishWriting() {
    shutdown(descriptor, Int32(SHUT_WR))
  }
}
