import CTracer
import Glibc
import Testing

@testable import proof

@Suite struct CallReachTests {
  private func reach(of name: String, _ first: UInt64, count: UInt64 = 0) -> CallReach {
    var call = tracer_system_call()
    call.arguments.0 = first
    call.arguments.2 = count
    return CallReach(of: name, call, in: getpid())
  }

  /// What is taken whole empties the stream, which its writer may learn; what takes more may wait.
  @Test func aReadOfAPartOfALocalStreamIsNoticedByNobody() throws {
    var ends: [Int32] = [-1, -1]
    try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
    defer { for end in ends { close(end) } }
    try #require(write(ends[0], "abc", 3) == 3)
    let descriptor = UInt64(ends[1])
    #expect(reach(of: "read", descriptor, count: 2) == .nobody)
    #expect(reach(of: "read", descriptor, count: 3) == .others)
    #expect(reach(of: "read", descriptor, count: 4) == .others)
    #expect(reach(of: "write", descriptor, count: 2) == .others)
    #expect(reach(of: "close", descriptor) == .others)
  }

  /// A pipe and a socket that keeps bounds are left as they are: nothing of ours reads them by the byte.
  @Test func otherReadsAreNoticed() throws {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    try #require(write(ends[1], "abc", 3) == 3)
    #expect(reach(of: "read", UInt64(ends[0]), count: 1) == .others)
  }

  @Test func whatOnlyLooksIsItsCallersOwn() {
    #expect(reach(of: "newfstatat", 0) == .itself)
    #expect(reach(of: "getpid", 0) == .nobody)
    #expect(reach(of: "fsync", 0) == .others)
    #expect(reach(of: "a call of tomorrow", 0) == .others)
  }
}
