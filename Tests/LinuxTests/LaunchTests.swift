import Glibc
import Linux
import Model
import Testing

@Suite struct LaunchTests {
  @Test func manyThreadsMayLaunchAtOnce() async throws {
    let succeeded = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var count = 0
          for _ in 0..<25 {
            guard
              let child = try? Launch(
                argv: ["true"], environment: CommandEnvironment.minimal
              ).start()
            else { continue }
            var ending: CommandResult.Ending?
            while ending == nil {
              ending = ChildProcess.reap(child)
              if ending == nil { usleep(500) }
            }
            close(child.pidfd)
            if ending == .exited(0) { count += 1 }
          }
          return count
        }
      }
      return await group.reduce(0, +)
    }
    #expect(succeeded == 100)
  }

  @Test func descriptorsArePlacedWhateverTheirNumbers() throws {
    // The child's 0 and 1 are our writer and reader swapped, which a naive copy would destroy.
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    var launch = Launch(
      argv: ["sh", "-c", "echo hello >&4; ls /proc/self/fd | wc -l >&4"],
      environment: CommandEnvironment.minimal)
    launch.descriptors = [nil, nil, nil, ends[0], ends[1]]
    let child = try launch.start()
    close(ends[1])
    var text = ""
    var byte: UInt8 = 0
    while read(ends[0], &byte, 1) == 1 { text.append(Character(Unicode.Scalar(byte))) }
    end(child)
    // Five of ours, and one by which ls reads the directory.
    #expect(text == "hello\n6\n")
  }

  @Test func theChildEndsWithItsParentIfThatIsAsked() throws {
    var launch = Launch(
      argv: ["grep", "-c", "x", "/dev/null"], environment: CommandEnvironment.minimal)
    launch.parentDeathSignal = .kill
    let child = try launch.start()
    var ending: CommandResult.Ending?
    try waitUntil {
      ending = ChildProcess.reap(child)
      return ending != nil
    }
    close(child.pidfd)
    #expect(ending == .exited(1))
  }

  @Test func aMissingDirectoryIsNamed() throws {
    var launch = Launch(argv: ["true"], environment: CommandEnvironment.minimal)
    launch.directory = "/nonexistent"
    let error = #expect(throws: SystemError.self) { try launch.start() }
    #expect(error?.description == "change to directory /nonexistent: No such file or directory")
  }

  @Test func limitsAreSet() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    var launch = Launch(argv: ["sh", "-c", "ulimit -n"], environment: CommandEnvironment.minimal)
    launch.limits = [
      Launch.ResourceLimit(resource: Int32(RLIMIT_NOFILE.rawValue), soft: 40, hard: 40)
    ]
    launch.descriptors = [nil, ends[1], nil]
    let child = try launch.start()
    close(ends[1])
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = read(ends[0], &bytes, bytes.count)
    end(child)
    #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "40\n")
  }

  @Test func aHandleStaysOnItsProcess() throws {
    let child = try Launch(argv: ["sleep", "600"], environment: CommandEnvironment.minimal).start()
    let host = LinuxHost()
    let identity = try #require(host.identity(of: child.pid))
    let other = ProcessIdentity(pid: identity.pid, startTime: identity.startTime + 1)
    if try PidFD(other, on: host) != nil { Issue.record("a handle on another process") }
    guard let handle = try PidFD(identity, on: host) else {
      Issue.record("no handle")
      return
    }
    // The macro would copy a handle, which can't be copied.
    let endedEarly = handle.waitForEnd(atMost: .milliseconds(10))
    let isSent = try handle.send(.kill)
    let hasEnded = handle.waitForEnd(atMost: .seconds(20))
    end(child)
    let isSentAgain = try handle.send(.kill)
    #expect([endedEarly, isSent, hasEnded, isSentAgain] == [false, true, true, false])
    if try PidFD(identity, on: host) != nil { Issue.record("a handle on no process") }
  }
}
