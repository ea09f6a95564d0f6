import ChildProcess
import FoundationEssentials
import Glibc
import Model
import Testing

extension RealHost {
  /// A secret's value reaches what it is meant for, which may well echo it, and no file or output.
  @Suite("Secrets")
  struct SecretsTests {
    /// The parts by which the values are known even where they were cut or taken apart.
    private static let marks = ["hunter2", "first-line", "second-line"]
    private static let environment = ["SHOP_TOKEN": "hunter2-of-the-environment"]
    private static let names = ["secrets:", "  token: {env: SHOP_TOKEN}", "  key: {file: key.txt}"]

    @Test("of headers and bodies that a server echoes", .needs(.haproxy))
    func http() async throws {
      try await Rig.run { rig in
        let echo = try await Echo.start(in: rig)
        let url = "http://127.0.0.1:\(echo.port)/"
        // What is expected never comes, so the reason of each failure quotes what came. In the
        // second the value is cut in the middle.
        let padding = String(repeating: "x", count: 65)
        let outcome = try await run(
          probes: [
            "{name: header, http: {url: '\(url)', headers: {Authorization: '${token}'}, "
              + "expect: {json: {header: nothing}}}, every: 200ms}",
            "{name: long header, http: {url: '\(url)', headers: {Authorization: "
              + "'\(padding)${token}'}, expect: {json: {header: nothing}}}, every: 200ms}",
            "{name: body, http: {url: '\(url)', method: POST, body: 'say ${token}', "
              + "expect: {json: {body: nothing}}}, every: 200ms}",
          ], in: rig)
        try expectOnlyNames(outcome, in: rig)
        let record = try Jenner.record(in: rig)
        for name in ["header", "long header", "body"] {
          let reasons = try #require(record.probes.first { $0.name == name }).series.reasons
          #expect(reasons.contains { $0.contains("${token}") }, "\(name) echoed: \(reasons)")
        }
      }
    }

    @Test("of the environment and the input of a command that echoes them")
    func command() async throws {
      try await Rig.run { rig in
        let outcome = try await run(
          probes: [
            probe("env", "printenv TOKEN >&2; exit 1", in: rig),
            probe("stdin", "cat >&2; exit 1", in: rig),
            // The last line of a value alone, as the last line of standard error is what is quoted.
            probe("line", "printenv KEY | tail -n 1 >&2; exit 1", in: rig),
            probe("stdout", "cat; printenv TOKEN", in: rig),
          ], in: rig)
        try expectOnlyNames(outcome, in: rig)
        let record = try Jenner.record(in: rig)
        for (name, secret) in [("env", "${token}"), ("stdin", "${key}"), ("line", "${key}")] {
          let reasons = try #require(record.probes.first { $0.name == name }).series.reasons
          #expect(reasons.contains { $0.contains(secret) }, "\(name) echoed: \(reasons)")
        }
      }
    }

    @Test("of an action and its undo that echo them")
    func action() async throws {
      try await Rig.run { rig in
        let seen = rig.scratch.file("seen")
        let script = "cat; printenv TOKEN; cat >&2; printenv TOKEN >&2; printenv KEY >> '\(seen)'"
        let command =
          "[sh, -c, \"\(script)\"], env: {TOKEN: '${token}', KEY: '${key}'}, stdin: '${key}'"
        let outcome = try await run(
          probes: [], method: ["{name: log in, run: \(command)}"], in: rig)
        #expect(rig.scratch.text(of: "seen").contains("second-line"), "it got the value")
        try expectOnlyNames(outcome, in: rig)
      }
    }

    @Test("of a plan, and of a run that is refused")
    func plan() async throws {
      try await Rig.run { rig in
        let file = try write(probes: [probe("env", "exit 1", in: rig)], in: rig)
        let plan = rig.scratch.file("plan.json")
        for arguments in [
          ["plan", file, "--out", plan], ["plan", file, "--format", "json"],
          ["run", file, "--plan-digest", "none", "--reports", Jenner.reports(in: rig)],
        ] {
          let outcome = try await Jenner.run(
            arguments, in: rig, environment: Self.environment)
          #expect(outcome.ended(arguments[0] == "plan" ? .pass : .refused), "\(outcome.errors)")
          expectNoValue(in: outcome.output, "\(arguments)")
          expectNoValue(in: outcome.errors, "\(arguments)")
        }
        let text = rig.scratch.text(of: "plan.json")
        expectNoValue(in: text, plan)
        #expect(text.contains("${token}"))
      }
    }

    /// A probe that is only observed, with a secret in its environment and one in its input.
    private func probe(_ name: String, _ script: String, in rig: Rig) -> String {
      "{name: \(name), command: {run: [sh, -c, '\(script)'], stdin: '${key}', "
        + "env: {TOKEN: '${token}', KEY: '${key}'}, timeout: 2s}, every: 200ms}"
    }

    private func write(probes: [String], method: [String] = [], in rig: Rig) throws -> String {
      _ = try rig.scratch.write("first-line-of-a-file\nsecond-line-of-a-file\n", to: "key.txt")
      return try rig.scratch.write(
        ExperimentText(
          baseline: "1s", probes: [ExperimentText.truth] + probes, method: method,
          fields: Self.names
        ).text, to: "experiment.yaml")
    }

    private func run(
      probes: [String], method: [String] = [], in rig: Rig
    ) async throws -> Jenner.Outcome {
      let file = try write(probes: probes, method: method, in: rig)
      let outcome = try await Jenner.run(
        ["run", file, "--yes", "--reports", Jenner.reports(in: rig)], in: rig,
        environment: Self.environment)
      #expect(outcome.ended(.pass), "\(outcome.errors)")
      return outcome
    }

    /// Looks for the values in everything that the run wrote.
    private func expectOnlyNames(_ outcome: Jenner.Outcome, in rig: Rig) throws {
      expectNoValue(in: outcome.output, "standard output")
      expectNoValue(in: outcome.errors, "standard error")
      var all = ""
      for folder in [Jenner.reports(in: rig), Jenner.state(in: rig)] {
        for file in (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? [] {
          let path = "\(folder)/\(file)"
          guard let data = FileManager.default.contents(atPath: path) else { continue }
          let text = String(decoding: data, as: UTF8.self)
          expectNoValue(in: text, path)
          all += text
        }
      }
      #expect(all.contains("token") && all.contains("key"), "the names may be read")
    }

    private func expectNoValue(in text: String, _ place: String) {
      for mark in Self.marks {
        #expect(!text.contains(mark), "a value stands in \(place)")
      }
    }
  }
}
