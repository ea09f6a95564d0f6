internal import CLinux
internal import Glibc
internal import Linux

/// One end of a connection through the proxy: a socket, and what it is waited for.
///
/// The kernel is told of a change only where what is wanted differs from what it knows.
final class ProxyPeer {
  /// What became of a read or a write.
  enum Outcome {
    case bytes(Int)
    /// Nothing now.
    case blocked
    /// The connection is broken.
    case broken
  }

  private let loop: EventLoop
  private let descriptor: Int32
  /// What the kernel is asked for; nil while it is not asked at all.
  private var watched: EventLoop.Interest?
  private(set) var isOpen: Bool
  /// Called when something that was wanted may be possible, or the connection is broken.
  var onReady: (EventLoop.Interest) -> Void = { _ in }
  /// Called when the connection is found to be broken while nothing was wanted of it.
  var onBroken: () -> Void = {}

  /// Makes a peer that owns a socket; -1 is one that never was open.
  init(_ descriptor: Int32, on loop: EventLoop) {
    self.descriptor = descriptor
    isOpen = descriptor >= 0
    self.loop = loop
  }

  deinit {
    close()
  }

  /// Waits for these from now on; none is a rest in which only a break is noticed.
  func want(_ interest: EventLoop.Interest) {
    guard isOpen, interest != watched ?? [] else { return }
    if watched != nil {
      loop.change(descriptor, to: interest)
      watched = interest
      return
    }
    do throws(SystemError) {
      try loop.watch(descriptor, for: interest) { [unowned self] in ready($0) }
      watched = interest
    } catch {
      // Memory for one more watch is lacking: a socket that can't be waited for is of no use.
      onBroken()
    }
  }

  private func ready(_ interest: EventLoop.Interest) {
    guard let wanted = watched else { return }
    if !wanted.isEmpty { return onReady(interest) }
    // The kernel tells of a hang-up even to those who want nothing, again and again.
    unwatch()
    if jenner_socket_error(descriptor) != 0 { onBroken() }
  }

  private func unwatch() {
    guard watched != nil else { return }
    loop.unwatch(descriptor)
    watched = nil
  }

  /// Reads once; zero bytes are the end of what the peer sends.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
    outcome { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
  }

  /// Writes once, as much as is taken.
  func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
    outcome { Glibc.write(descriptor, bytes.baseAddress, bytes.count) }
  }

  private func outcome(of call: () -> Int) -> Outcome {
    guard isOpen else { return .broken }
    while true {
      let count = call()
      if count >= 0 { return .bytes(count) }
      if errno == EINTR { continue }
      return errno == EAGAIN ? .blocked : .broken
    }
  }

  /// The error of a connection that was begun; 0 once it stands.
  var error: Int32 { isOpen ? jenner_socket_error(descriptor) : EBADF }

  /// Says that nothing more will be sent.
  func shutDown() {
    if isOpen { _ = Glibc.shutdown(descriptor, Int32(SHUT_WR)) }
  }

  /// Closes the socket.
  func close() {
    guard isOpen else { return }
    unwatch()
    isOpen = false
    _ = Glibc.close(descriptor)
  }

  /// Closes the socket so that the other end sees a reset.
  func reset() {
    guard isOpen else { return }
    unwatch()
    isOpen = false
    jenner_reset(descriptor)
  }
}
