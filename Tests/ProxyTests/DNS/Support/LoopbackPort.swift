import Glibc
import Linux
import Model

@testable import Proxy

/// A port of 127.0.0.1 that is free for UDP and TCP alike.
enum LoopbackPort {
  /// Sockets that are bound to one, of UDP and of TCP; the latter listens.
  static func bound() throws -> (datagram: Int32, stream: Int32, endpoint: IPEndpoint) {
    var failure: SystemError?
    for _ in 0..<64 {
      let datagram = try NameSocket.listening(
        at: IPEndpoint(.loopbackV4, port: 0), by: .datagram)
      guard let endpoint = IPEndpoint(boundTo: datagram) else {
        throw SystemError("learn a socket's address")
      }
      do throws(SystemError) {
        return (datagram, try NameSocket.listening(at: endpoint, by: .stream), endpoint)
      } catch {
        failure = error
        close(datagram)
      }
    }
    throw failure ?? SystemError("find a free port")
  }

  /// A place where nobody listens.
  static func closed() throws -> IPEndpoint {
    let sockets = try bound()
    close(sockets.datagram)
    close(sockets.stream)
    return sockets.endpoint
  }
}
