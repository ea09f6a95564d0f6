internal import Glibc
internal import Linux
internal import Model

/// A socket to which clients connect by TCP.
final class StreamListener {
  private let loop: EventLoop
  private let descriptor: Int32
  private var isWatched = false
  private var isClosed = false
  /// Takes a connection's descriptor, and owns it.
  private let onConnection: (Int32) -> Void

  init(
    at endpoint: IPEndpoint, on loop: EventLoop, onConnection: @escaping (Int32) -> Void
  ) throws(SystemError) {
    self.loop = loop
    self.onConnection = onConnection
    descriptor = try NameSocket.listening(at: endpoint, by: .stream)
    do throws(SystemError) {
      try watch()
    } catch {
      Glibc.close(descriptor)
      isClosed = true
      throw error
    }
  }

  deinit {
    close()
  }

  func close() {
    guard !isClosed else { return }
    isClosed = true
    if isWatched { loop.unwatch(descriptor) }
    Glibc.close(descriptor)
  }

  private func watch() throws(SystemError) {
    try loop.watch(descriptor, for: .readable) { [weak self] _ in self?.accept() }
    isWatched = true
  }

  private func accept() {
    let connection = Glibc.accept(descriptor, nil, nil)
    if connection >= 0 {
      NameSocket.adopt(connection)
      onConnection(connection)
    } else if [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) {
      rest()
    }
  }

  /// Without descriptors the next connection can't be taken; it would be ready for ever.
  private func rest() {
    loop.unwatch(descriptor)
    isWatched = false
    loop.schedule(after: .milliseconds(100)) { [weak self] in
      guard let self, !isClosed else { return }
      do throws(SystemError) { try watch() } catch { rest() }
    }
  }
}
