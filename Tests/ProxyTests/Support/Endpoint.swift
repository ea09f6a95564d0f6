import CLinux
import Glibc
import Linux
import Model

/// A client or a server of a test: a socket on the same loop as the proxy, and what it saw.
final class Endpoint {
  enum Ending: Equatable {
    case end
    case reset
  }

  /// How much came in one read, and when.
  struct Arrival {
    var count: Int
    var time: Duration
  }

  let loop: EventLoop
  private(set) var descriptor: Int32
  private(set) var received: [UInt8] = []
  private(set) var arrivals: [Arrival] = []
  private(set) var ending: (what: Ending, time: Duration)?
  private var unsent: ArraySlice<UInt8> = []
  private var finishes = false
  private var isWatched = false
  /// Sends back what comes, and its end too.
  var isEcho = false
  /// What is done with what comes instead of keeping it.
  var onBytes: ((ArraySlice<UInt8>) -> Void)?
  /// The most that one read takes.
  var readSize = 65_536
  var readsNothing = false { didSet { update() } }

  init(_ descriptor: Int32, on loop: EventLoop) {
    self.descriptor = descriptor
    self.loop = loop
    update()
  }

  deinit { close() }

  func send(_ text: String) { send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) {
    unsent += bytes
    write()
  }

  /// Ends sending once everything is sent.
  func finish() {
    finishes = true
    write()
  }

  func close() {
    guard descriptor >= 0 else { return }
    unwatch()
    Glibc.close(descriptor)
    descriptor = -1
  }

  func reset() {
    guard descriptor >= 0 else { return }
    unwatch()
    jenner_reset(descriptor)
    descriptor = -1
  }

  var text: String { String(decoding: received, as: UTF8.self) }
  var hasSentAll: Bool { unsent.isEmpty }

  private func unwatch() {
    if isWatched { loop.unwatch(descriptor) }
    isWatched = false
  }

  private func update() {
    guard descriptor >= 0 else { return }
    var interest: EventLoop.Interest = []
    if ending == nil, !readsNothing { interest.insert(.readable) }
    if !unsent.isEmpty { interest.insert(.writable) }
    if interest.isEmpty { return unwatch() }
    if isWatched { return loop.change(descriptor, to: interest) }
    isWatched = (try? loop.watch(descriptor, for: interest) { [unowned self] in ready($0) }) != nil
  }

  private func ready(_ interest: EventLoop.Interest) {
    // Reading first: a write would take the error of a reset, which is told but once.
    if interest.contains(.readable), ending == nil, !readsNothing { read() }
    if interest.contains(.writable) { write() }
  }

  private func read() {
    var buffer = [UInt8](repeating: 0, count: readSize)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    let now = loop.now
    if count > 0 {
      arrivals.append(Arrival(count: count, time: now))
      if isEcho { send(Array(buffer[..<count])) }
      if let onBytes { onBytes(buffer[..<count]) } else { received += buffer[..<count] }
      return
    }
    if count < 0, errno == EAGAIN { return }
    ending = (count == 0 ? .end : .reset, now)
    if isEcho { finish() }
    update()
  }

  private func write() {
    guard descriptor >= 0 else { return }
    while !unsent.isEmpty {
      let count = unsent.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { break }
      unsent = unsent.dropFirst(count)
    }
    if unsent.isEmpty, finishes {
      finishes = false
      _ = shutdown(descriptor, Int32(SHUT_WR))
    }
    update()
  }
}
