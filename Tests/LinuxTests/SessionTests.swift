import FoundationEssentials
import Glibc
import Model
import Testing

@testable import Linux

/// Whose the processes of a session are, on a machine that was written down.
@Suite struct SessionTests {
  private static let leader = ProcessIdentity(pid: 34, startTime: 100)
  private static let mark = "JENNER_TEST"

  /// A directory such as /proc, of as many processes as a test needs.
  private final class Machine {
    let path: String

    init() throws {
      var template = Array("/tmp/jenner-proc-test-XXXXXX".utf8CString)
      try #require(mkdtemp(&template) != nil)
      path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func add(
      _ pid: Int32, session: Int32 = 34, startTime: UInt64, state: String = "S", run: String? = nil
    ) throws {
      let folder = "\(path)/\(pid)"
      try Directory.make(folder, mode: 0o700)
      let zeros = String(repeating: "0 ", count: 10)
      let status = "\(pid) (a) \(state) 1 \(pid) \(session) 0 -1 4 \(zeros)20 0 \(startTime) 0"
      try Data(status.utf8).write(to: URL(filePath: folder + "/stat"))
      let environment = "HOME=/\0" + (run.map { "\(SessionTests.mark)=\($0)\0" } ?? "")
      try Data(environment.utf8).write(to: URL(filePath: folder + "/environ"))
    }

    var members: [Int32] {
      LinuxHost(proc: path).members(
        ofSession: SessionTests.leader, marked: SessionTests.mark, "ours"
      ).map(\.pid)
    }
  }

  @Test(arguments: ["S", "Z"])
  func whileItsLeaderIsThereEverybodyWithItsNumberIsOfIt(state: String) throws {
    let machine = try Machine()
    try machine.add(34, startTime: 100, state: state)
    try machine.add(40, startTime: 110)
    try machine.add(41, session: 41, startTime: 110, run: "ours")
    #expect(machine.members == (state == "Z" ? [40] : [34, 40]))
  }

  @Test func aLeaderWithItsNumberIsAnother() throws {
    let machine = try Machine()
    try machine.add(34, startTime: 200, run: "ours")
    try machine.add(40, startTime: 210, run: "ours")
    #expect(machine.members.isEmpty)
  }

  /// The number may have been a stranger's, who made a session and has ended.
  @Test func whoHasOnlyTheNumberOfALeaderThatIsGoneIsAStranger() throws {
    let machine = try Machine()
    try machine.add(40, startTime: 210)
    try machine.add(41, startTime: 210, run: "another")
    #expect(machine.members.isEmpty)
  }

  /// Also one that was started with an environment of its own: nobody can join a session.
  @Test func whereOneIsKnownByItsMarkAllAre() throws {
    let machine = try Machine()
    try machine.add(40, startTime: 110)
    try machine.add(41, startTime: 110, run: "ours")
    try machine.add(42, session: 34, startTime: 110, state: "Z")
    #expect(machine.members == [40, 41])
  }
}
