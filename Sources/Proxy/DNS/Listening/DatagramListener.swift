internal import CLinux
internal import Glibc
internal import Linux
internal import Model

/// A socket to which clients send queries by UDP.
final class DatagramListener {
  typealias Query = (_ bytes: [UInt8], _ reply: @escaping Reply) -> Void

  /// Datagrams that are read before others get their turn.
  private static let batch = 64

  private let loop: EventLoop
  private let descriptor: Int32
  private var isReceiving = true
  private var isClosed = false
  private let onQuery: Query
  /// Where it listens; never port 0.
  let endpoint: IPEndpoint

  init(
    at endpoint: IPEndpoint, on loop: EventLoop, onQuery: @escaping Query
  ) throws(SystemError) {
    self.loop = loop
    self.onQuery = onQuery
    descriptor = try NameSocket.listening(at: endpoint, by: .datagram)
    self.endpoint = IPEndpoint(boundTo: descriptor) ?? endpoint
    do throws(SystemError) {
      try loop.watch(descriptor, for: .readable) { [weak self] _ in self?.receive() }
    } catch {
      Glibc.close(descriptor)
      isClosed = true
      throw error
    }
  }

  deinit {
    close()
  }

  /// Takes no further queries; those that came are still answered.
  func stopReceiving() {
    guard isReceiving, !isClosed else { return }
    isReceiving = false
    loop.unwatch(descriptor)
  }

  func close() {
    guard !isClosed else { return }
    stopReceiving()
    isClosed = true
    Glibc.close(descriptor)
  }

  private func receive() {
    for _ in 0..<Self.batch where isReceiving {
      var from = jenner_datagram()
      let bytes = withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) {
        buffer -> [UInt8]? in
        let count = jenner_datagram_receive(descriptor, buffer.baseAddress, buffer.count, &from)
        return count < 0 ? nil : Array(buffer[0..<min(count, buffer.count)])
      }
      guard let bytes else { return }
      onQuery(bytes) { [weak self] answer in
        if let answer { self?.send(answer, to: from) }
      }
    }
  }

  /// Sends an answer from the address that the query was sent to; one that can't be sent is lost, as
  /// datagrams are.
  private func send(_ answer: [UInt8], to client: jenner_datagram) {
    guard !isClosed else { return }
    withUnsafePointer(to: client) {
      _ = jenner_datagram_answer(descriptor, answer, answer.count, $0)
    }
  }
}

/// Takes the answer to one query, or that there is to be none; called once.
typealias Reply = ([UInt8]?) -> Void
