import CLinux
import Glibc
import Linux
import Model

/// A program that is run to its end: the oracle's, or one of ours that is not traced.
struct Tool {
  /// What it came to.
  struct Result {
    /// The exit status, or 128 and the signal's number.
    var status: Int32
    var output: String
    /// Whether it was killed because it took longer than it may.
    var hasHung: Bool
  }

  static let limit: Duration = .seconds(20)

  /// Runs a program and returns what it wrote, errors included.
  static func run(
    _ argv: [String], environment: [String: String] = [:], atMost limit: Duration = limit
  ) throws -> Result {
    var ends: [Int32] = [0, 0]
    guard jenner_pipe(&ends) == 0 else { throw SystemError("make a pipe") }
    var launch = Launch(
      argv: argv, environment: CommandEnvironment.minimal.merging(environment) { $1 })
    launch.descriptors = [nil, ends[1], ends[1]]
    let process: Launch.Launched
    do {
      defer { close(ends[1]) }
      process = try launch.start()
    }
    defer { close(ends[0]) }
    defer { close(process.pidfd) }
    let deadline = EventLoop.now + limit
    var bytes: [UInt8] = []
    var hasHung = false
    while !hasHung {
      var wait = [
        pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0),
        pollfd(fd: process.pidfd, events: Int16(POLLIN), revents: 0),
      ]
      let left = (deadline - EventLoop.now).nanoseconds / 1_000_000
      hasHung = left <= 0
      _ = poll(&wait, 2, Int32(max(0, left)))
      if wait[0].revents != 0 {
        var part = [UInt8](repeating: 0, count: 65536)
        let count = read(ends[0], &part, part.count)
        if count > 0 { bytes += part[..<count] }
        if count > 0 { continue }
      }
      if wait[1].revents != 0 { break }
      // The output has ended before the program has: only its end is left to wait for.
      if wait[0].revents != 0 { usleep(1000) }
    }
    if hasHung { kill(process.pid, SIGKILL) }
    var status: Int32 = 0
    while waitpid(process.pid, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7f
    return Result(
      status: signal == 0 ? status >> 8 & 0xff : 128 + signal,
      output: String(decoding: bytes, as: UTF8.self), hasHung: hasHung)
  }
}
