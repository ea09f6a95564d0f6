import Model
import Testing

@testable import Agent

@Suite struct SelectionTests {
  /// init, sshd, a shell that started the agent (20), its child, and some services.
  static let machine: [ProcessFacts] = [
    .fake(1, "systemd", parent: 0, user: 0), .fake(5, "sshd", user: 0),
    .fake(10, "bash", parent: 5), .fake(20, "jenner-agent", parent: 10),
    .fake(21, "sleep", parent: 20), .fake(22, "jenner-agent", parent: 1),
    .fake(30, "postgres", cgroup: "/system.slice/postgres.service"),
    .fake(31, "postgres", parent: 30, arguments: ["replica"], cgroup: "/system.slice/x"),
    .fake(32, "helper", parent: 31), .fake(33, "postgres", parent: 30, state: "Z"),
    .fake(40, "systemd-journald", user: 0), .fake(41, "redis-server", user: 999),
  ]

  private func pids(
    _ parameters: JSON, allow: [String] = [], _ change: (FakeHost) -> Void = { _ in }
  ) throws -> [Int32] {
    let host = FakeHost(Self.machine)
    change(host)
    var reading = Reading(file: "", catalog: .empty)
    let selector = try #require(ProcessSelector.read(Node(parameters), in: &reading))
    return try Selection(on: host, own: 20, allowProtected: allow).candidates(for: selector)
      .flatMap { $0.map(\.identity.pid) }
  }

  static let cases: [(parameters: JSON, expected: [Int32])] = [
    (["executable": "postgres"], [30, 31]),
    (["executable": "/usr/bin/postgres"], [30, 31]),
    (["executable": "/usr/sbin/postgres"], []),
    (["executable": "post"], []),
    (["cmdline": "postgres.*replica"], [31]),
    (["cmdline": "^replica"], []),
    (["user": "999"], [41]),
    (["user": "user999"], [41]),
    (["user": "user999", "executable": "postgres"], []),
    (["cgroup": "/system.slice"], [30, 31]),
    (["cgroup": "/system.slice/postgres.service"], [30]),
    (["cgroup": "/system.slice/post"], []),
    (["cmdline": "replica", "tree": true], [31, 32]),
    (["executable": "postgres", "tree": true], [30, 31, 32]),
  ]

  @Test(arguments: cases)
  func conditions(parameters: JSON, expected: [Int32]) throws {
    #expect(try pids(parameters) == expected)
  }

  @Test func portAndPidFile() throws {
    #expect(try pids(["port": 5432]) { $0.listening[5432] = [30] } == [30])
    #expect(try pids(["port": 5433]) == [])
    #expect(try pids(["pidfile": "/run/p.pid"]) { $0.files["/run/p.pid"] = "41\n" } == [41])
    #expect(throws: Refusal.self) { try pids(["pidfile": "/run/none"]) }
    #expect(throws: Refusal.self) {
      try pids(["pidfile": "/run/p.pid"]) { $0.files["/run/p.pid"] = "many" }
    }
  }

  @Test(arguments: ["systemd", "sshd", "bash", "jenner-agent", "systemd-journald", "sleep"])
  func whatIsProtectedIsRefusedByName(program: String) {
    let refusal = #expect(throws: Refusal.self) {
      try pids(["executable": .string(program)])
    }
    #expect(refusal?.message.contains("protected") == true)
  }

  @Test func whatMatchesBesideProtectedOnesIsFound() throws {
    #expect(try pids(["cmdline": "."]) == [30, 31, 32, 41])
  }

  @Test func programsCanBeAllowedButNeverOurOwnOrTheFirst() throws {
    #expect(try pids(["executable": "systemd-journald"], allow: ["systemd-journald"]) == [40])
    // sshd is an ancestor here, whatever is allowed.
    #expect(throws: Refusal.self) { try pids(["executable": "sshd"], allow: ["sshd"]) }
    #expect(throws: Refusal.self) { try pids(["executable": "systemd"], allow: ["systemd"]) }
    #expect(throws: Refusal.self) {
      try pids(["executable": "jenner-agent"], allow: ["jenner-agent"])
    }
    let free = try pids(["executable": "sshd"], allow: ["sshd"]) { $0.all[10]?.parent = 1 }
    #expect(free == [5])
  }

  @Test func aDaemonIsKnownByItsTitleToo() {
    let host = FakeHost(Self.machine)
    var session = ProcessFacts.fake(50, "sh")
    session.commandLine = ["sshd: alice@pts/0"]
    host.all[50] = session
    #expect(Selection(on: host, own: 20).refusal(for: session) != nil)
  }
}
