import Dispatch
import Glibc
import Model
import Synchronization

import Linux
@testable import Proxy

/// A name server that says what a test wants it to say, and remembers what it was asked.
final class ScriptedNameServer: Sendable {
  /// A query, and where it came from.
  struct Asked: Sendable {
    var bytes: [UInt8]
    var port: UInt16
  }

  typealias Script = @Sendable (_ query: [UInt8]) -> [[UInt8]]

  let endpoint: IPEndpoint
  private let datagrams: Int32
  private let streams: Int32
  private let log = Mutex<[Asked]>([])

  var asked: [Asked] { log.withLock { $0 } }

  /// Answers every query with what the script makes of it: no message, one or several.
  init(_ script: @escaping Script) throws {
    (datagrams, streams, endpoint) = try LoopbackPort.bound()
    for descriptor in [datagrams, streams] {
      _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    }
    let log: @Sendable (Asked) -> Void = { [weak self] asked in
      self?.log.withLock { $0.append(asked) }
    }
    DispatchQueue(label: "datagrams").async { [datagrams] in
      Self.serveDatagrams(datagrams, script, log)
    }
    DispatchQueue(label: "streams").async { [streams] in Self.serveStreams(streams, script, log) }
  }

  /// Answers every query with an address.
  convenience init(address: [UInt8] = [192, 0, 2, 1]) throws {
    try self.init { [NameMessage.answer(to: $0, address: address)] }
  }

  deinit {
    // A thread that waits for a descriptor wakes up at its shutdown.
    shutdown(datagrams, Int32(SHUT_RDWR))
    shutdown(streams, Int32(SHUT_RDWR))
  }

  private static func serveDatagrams(
    _ descriptor: Int32, _ script: Script, _ log: (Asked) -> Void
  ) {
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while true {
      var peer = sockaddr_in()
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let count = withUnsafeMutablePointer(to: &peer) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          recvfrom(descriptor, &bytes, bytes.count, 0, $0, &length)
        }
      }
      guard count > 0 else { return }
      let query = Array(bytes.prefix(count))
      log(Asked(bytes: query, port: UInt16(bigEndian: peer.sin_port)))
      for answer in script(query) {
        _ = withUnsafePointer(to: peer) { pointer in
          pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            sendto(descriptor, answer, answer.count, 0, $0, length)
          }
        }
      }
    }
  }

  private static func serveStreams(_ listener: Int32, _ script: Script, _ log: (Asked) -> Void) {
    defer { close(listener) }
    while case let connection = accept(listener, nil, nil), connection >= 0 {
      defer { close(connection) }
      var bytes = [UInt8](repeating: 0, count: 65_536)
      var frames = StreamFrames()
      while !frames.hasMessage, case let count = recv(connection, &bytes, bytes.count, 0), count > 0
      {
        frames.append(bytes.prefix(count))
      }
      guard let query = frames.next() else { continue }
      log(Asked(bytes: query, port: 0))
      for answer in script(query) {
        let frame = StreamFrames.frame(answer)
        _ = send(connection, frame, frame.count, Int32(MSG_NOSIGNAL))
      }
    }
  }
}
