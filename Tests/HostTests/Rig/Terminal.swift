import Glibc

/// A terminal of which the test is the screen.
final class Terminal {
  private let screen: Int32
  /// The end for a program's standard streams.
  let descriptor: Int32

  /// Opens one; it does not become this process's own.
  init() throws {
    var ends: (screen: Int32, program: Int32) = (-1, -1)
    guard openpty(&ends.screen, &ends.program, nil, nil, nil) == 0 else {
      throw SocketError(call: "openpty", status: errno)
    }
    (screen, descriptor) = ends
    for end in [screen, descriptor] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  }

  deinit {
    close(screen)
    close(descriptor)
  }

  /// What was written to it so far, at most 4 KiB.
  func text() -> String {
    var bytes = [UInt8](repeating: 0, count: 4096)
    var poll = pollfd(fd: screen, events: Int16(POLLIN), revents: 0)
    guard Glibc.poll(&poll, 1, 0) == 1 else { return "" }
    let count = read(screen, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  }
}
