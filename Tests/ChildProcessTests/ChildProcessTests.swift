import ChildProcess
import Glibc
import Testing

@Suite("A child process")
struct ChildProcessTests {
  @Test("tells its exit status", arguments: [Int32(0), 3, 255])
  func status(_ status: Int32) async throws {
    let child = try Launch(["sh", "-c", "exit \(status)"]).start()
    #expect(await child.end() == .exited(status))
    #expect(child.ending == .exited(status))
  }

  @Test("ends by SIGTERM although threads here block signals")
  func unblocked() async throws {
    let child = try await Task.detached { try Launch(["sleep", "60"]).start() }.value
    child.send(SIGTERM)
    #expect(await child.end() == .signalled(SIGTERM))
    #expect(await child.end().status == 143)
  }

  @Test("takes its group with it")
  func group() async throws {
    let ends = try Pipe()
    var launch = Launch(["sh", "-c", "sleep 60 & echo; wait"])
    launch.output = .descriptor(ends.writing)
    let child = try launch.start()
    ends.closeWriting()
    #expect(ends.readByte() == UInt8(ascii: "\n"))
    child.sendToGroup(SIGKILL)
    #expect(await child.end() == .signalled(SIGKILL))
    // The pipe ends only when the grandchild, which holds it too, is gone.
    #expect(ends.readByte() == nil)
  }

  @Test("gets the environment that is given, and no other")
  func environment() async throws {
    let ends = try Pipe()
    var launch = Launch(["/usr/bin/env"])
    launch.environment = ["ONLY": "1"]
    launch.output = .descriptor(ends.writing)
    let child = try launch.start()
    ends.closeWriting()
    var bytes: [UInt8] = []
    while let byte = ends.readByte() { bytes.append(byte) }
    #expect(String(decoding: bytes, as: UTF8.self) == "ONLY=1\n")
    #expect(await child.end() == .exited(0))
  }

  @Test("that can't be started says why")
  func missing() {
    #expect(throws: LaunchError(program: "/nonexistent/program", status: ENOENT)) {
      try Launch(["/nonexistent/program"]).start()
    }
  }
}

/// The two ends of a pipe.
private final class Pipe {
  let reading: Int32
  let writing: Int32
  private var isWritingOpen = true

  init() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    (reading, writing) = (ends[0], ends[1])
    _ = fcntl(reading, F_SETFD, FD_CLOEXEC)
    _ = fcntl(writing, F_SETFD, FD_CLOEXEC)
  }

  deinit {
    closeWriting()
    close(reading)
  }

  func closeWriting() {
    if isWritingOpen { close(writing) }
    isWritingOpen = false
  }

  func readByte() -> UInt8? {
    var byte: UInt8 = 0
    return read(reading, &byte, 1) == 1 ? byte : nil
  }
}
