import Model
import Synchronization
import Testing

@testable import Probes

@Suite struct CommandProbeTests {
  /// Observes a command whose result is known.
  private func seen(
    _ fields: Node, _ result: CommandResult, secrets: [String: String] = [:]
  ) async throws -> Observation {
    try await observe(
      CommandProbe.self, fields, using: Instruments(run: { _ in result }, secrets: secrets))
  }

  @Test func theCommandIsWhatTheAuthorWrote() async throws {
    let commands = Mutex<[Command]>([])
    let instruments = Instruments(
      run: { command in
        commands.withLock { $0.append(command) }
        return CommandResult(ending: .exited(0))
      }, secrets: ["password": "s3cret"])
    _ = try await observe(
      CommandProbe.self,
      [
        "run": ["psql", "-c", "select 1"], "env": ["PGPASSWORD": .secret("password"), "LANG": "C"],
        "stdin": .secret("password", after: "pw: "), "timeout": "2s",
      ], using: instruments)
    var expected = Command(argv: ["psql", "-c", "select 1"], timeout: .seconds(2))
    expected.environment = ["PGPASSWORD": "s3cret", "LANG": "C"]
    expected.input = "pw: s3cret"
    #expect(commands.withLock { $0 } == [expected])
  }

  @Test(arguments: [
    (CommandResult(ending: .exited(0)), Observation.Outcome.success, String?.none),
    (
      CommandResult(ending: .exited(1), errors: "starting\nno such table\n\n"), .failure,
      "exited 1, expected 0: no such table"
    ),
    (CommandResult(ending: .exited(2)), .failure, "exited 2, expected 0"),
    (CommandResult(ending: .signalled(11)), .failure, "ended by signal 11"),
    (CommandResult(ending: .timedOut), .failure, "no end within 10s"),
    (
      CommandResult(ending: .notStarted("not found")), .noData,
      "could not be started: not found"
    ),
  ])
  func endings(
    result: CommandResult, outcome: Observation.Outcome, reason: String?
  ) async throws {
    let seen = try await seen(["run": ["x"]], result)
    #expect(seen.outcome == outcome)
    #expect(seen.reason == reason)
    #expect(seen.value == nil)
  }

  @Test(
    arguments: [
      ("3", 3.0), (" 2.5\n", 2.5), ("-1e3", -1000), ("0", 0), ("", nil), ("3 apples", nil),
      ("none", nil), ("inf", nil), ("nan", nil), ("1\n2", nil),
    ] as [(String, Double?)])
  func theOutputIsTheValue(output: String, value: Double?) async throws {
    let seen = try await seen(
      ["run": ["x"]], CommandResult(ending: .exited(0), output: output))
    #expect(seen.outcome == .success)
    #expect(seen.value == value)
  }

  @Test func aFailureHasNoValue() async throws {
    let seen = try await seen(["run": ["x"]], CommandResult(ending: .exited(1), output: "7"))
    #expect(seen.value == nil)
  }

  @Test func aValueInJSON() async throws {
    let output = #"{"status": {"ready": 3, "name": "shop"}}"#
    let result = CommandResult(ending: .exited(0), output: output)
    #expect(try await seen(["run": ["x"], "value": "status.ready"], result).value == 3)
    let text = try await seen(["run": ["x"], "value": "status.name"], result)
    #expect(text.outcome == .success)
    #expect(text.value == nil)
    #expect(text.reason == "no value: stdout has no number at 'status.name'")
  }

  @Test func expectations() async throws {
    let result = CommandResult(ending: .exited(3), output: #"{"ok": true}"#)
    func reason(_ expect: Node) async throws -> String? {
      try await seen(["run": ["x"], "expect": expect], result).reason
    }
    #expect(try await reason(["exit": ["0", "3"], "json": ["ok": "true"]]) == nil)
    #expect(try await reason(["exit": "3", "stdout": "o.\":"]) == nil)
    #expect(try await reason(["exit": "3", "stdout": "bad"]) == "stdout does not match 'bad'")
    #expect(
      try await reason(["exit": "3", "json": ["ok": "false"]])
        == "json 'ok' is true, expected false")
    #expect(try await reason(["exit": ["0", "1"]]) == "exited 3, expected one of 0, 1")
  }

  @Test func outputThatIsNoJSON() async throws {
    let seen = try await seen(
      ["run": ["x"], "expect": ["json": ["ok": "true"]]],
      CommandResult(ending: .exited(0), output: "hello"))
    #expect(seen.outcome == .failure)
    #expect(seen.reason == "stdout is not JSON")
  }

  @Test func secretsStayOutOfReasons() async throws {
    let seen = try await seen(
      ["run": ["x"], "env": ["P": .secret("password")]],
      CommandResult(ending: .exited(1), errors: "bad password s3cret"),
      secrets: ["password": "s3cret"])
    #expect(seen.reason == "exited 1, expected 0: bad password ${password}")
  }

  @Test func anUnknownSecretIsNoData() async throws {
    let seen = try await seen(
      ["run": ["x"], "env": ["P": .secret("password")]], CommandResult(ending: .exited(0)))
    #expect(seen.outcome == .noData)
    #expect(seen.reason == "no value for a secret of '${password}'")
  }

  @Test func problemsOfTheFields() {
    #expect(
      problems(
        of: CommandProbe.self,
        [
          "run": "ls -l", "env": ["A=B": "c"], "timeout": "5",
          "expect": ["exit": "256", "stdout": "("], "value": "a..b", "stdn": "x",
        ]) == [
          "1:10: error: expected a list of command and arguments, not a single value; write [program, argument, …]; no shell splits words here",
          "2:10: error: 'A=B' can't be the name of an environment variable",
          "4:10: error: '5' is not a duration such as 300ms, 5s or 2m; add a unit: '5s' or '5ms'",
          "6:10: error: '256' is not an exit status such as 0, 0-3 or [0, 1]",
          "7:10: error: '(' is not a regular expression",
          "8:10: error: 'a..b' is not a path into JSON such as 'data.items[0].count'",
          "9:1: error: unknown field 'stdn'; did you mean 'stdin'?",
        ])
    #expect(
      problems(of: CommandProbe.self, ["run": ["x", .secret("p")]]).first?.hasPrefix(
        "1:10: error: a secret may not stand here") == true)
  }
}
