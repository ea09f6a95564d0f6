import ChildProcess
import FoundationEssentials
import Glibc
import Model
import Testing

extension RealHost {
  /// What a shell, a pipe or a CI job sees of a call.
  @Suite("A call")
  struct CallTests {
    @Test("that is wrong is 2, says why on standard error, and nothing else", arguments: Call.wrong)
    func wrong(_ call: Call) async throws {
      try await Rig.run { rig in
        let outcome = try await Jenner.run(call.arguments, in: rig)
        #expect(outcome.ended(call.status), "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains(call.says), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: Jenner.state(in: rig)))
      }
    }

    @Test("that asks for words is 0, and they are the result", arguments: Call.questions)
    func question(_ call: Call) async throws {
      try await Rig.run { rig in
        let outcome = try await Jenner.run(call.arguments, in: rig)
        #expect(outcome.ended(call.status), "\(outcome.errors)")
        #expect(outcome.errors.isEmpty)
        #expect(outcome.output.contains(call.says), "\(outcome.output)")
        #expect(!outcome.output.contains("\u{1B}"))
      }
    }

    @Test("of new writes a file that is valid, and never one that is there")
    func new() async throws {
      try await Rig.run { rig in
        let file = rig.scratch.file("new.yaml")
        let first = try await Jenner.run(["new", file, "--title", "It: \"holds\""], in: rig)
        #expect(first.ended(.pass), "\(first.errors)")
        #expect(first.output.isEmpty)
        let text = rig.scratch.text(of: "new.yaml")
        #expect(text.contains("version: 1"))
        let validation = try await Jenner.run(["validate", file], in: rig)
        #expect(validation.ended(.pass), "\(validation.errors)")
        let second = try await Jenner.run(["new", file], in: rig)
        #expect(second.ended(.usage))
        #expect(second.errors.contains(file) && second.errors.contains("File exists"))
        #expect(rig.scratch.text(of: "new.yaml") == text)
      }
    }

    @Test(
      "of report on what is no record is 2, and says what is missing",
      arguments: [
        ("", "not JSON"), ("no JSON", "not JSON"), ("[]", "not an object"),
        ("{}", "'version' is missing"), (#"{"version": "one"}"#, "'version' holds something else"),
      ])
    func noRecord(text: String, says: String) async throws {
      try await Rig.run { rig in
        let file = try rig.scratch.write(text, to: "record.json")
        for path in [file, rig.scratch.path] {
          let outcome = try await Jenner.run(["report", path], in: rig)
          #expect(outcome.ended(.usage))
          #expect(outcome.output.isEmpty)
          #expect(outcome.errors.contains("\(file) is no record of this version"))
          #expect(outcome.errors.contains(says), "\(outcome.errors)")
          #expect(!outcome.errors.contains("DecodingError"), "\(outcome.errors)")
        }
      }
    }

    @Test("of run with a plan: as planned, edited, and of a file that has changed")
    func plans() async throws {
      try await Rig.run { rig in
        let file = try rig.scratch.write(Self.observation, to: "experiment.yaml")
        let plan = rig.scratch.file("plan.json")
        let planning = try await Jenner.run(["plan", file, "--out", plan], in: rig)
        #expect(planning.ended(.pass), "\(planning.errors)")
        let run = ["run", "--reports", Jenner.reports(in: rig), "--plan"]
        let planned = try await Jenner.run(run + [plan], in: rig)
        #expect(planned.ended(.pass), "\(planned.errors)")

        let text = rig.scratch.text(of: "plan.json")
        let edited = try rig.scratch.write(
          text.replacing("A test of Jenner", with: "Another"), to: "edited.json")
        let refused = try await Jenner.run(run + [edited], in: rig)
        #expect(refused.ended(.usage))
        #expect(refused.errors.contains("\(edited) has been changed"), "\(refused.errors)")
        let garbage = try rig.scratch.write("{}", to: "garbage.json")
        let unread = try await Jenner.run(run + [garbage], in: rig)
        #expect(unread.ended(.usage))
        #expect(unread.errors.contains("no plan of this version"), "\(unread.errors)")

        _ = try rig.scratch.write(
          Self.observation.replacing("A test of Jenner", with: "Another"), to: "experiment.yaml")
        let drifted = try await Jenner.run(run + [plan], in: rig)
        #expect(drifted.ended(.refused))
        #expect(drifted.errors.contains("'Another'"), "\(drifted.errors)")
        let digest = try await Jenner.run(
          ["run", file, "--reports", Jenner.reports(in: rig), "--plan-digest", "d1"], in: rig)
        #expect(digest.ended(.refused))
        #expect(digest.errors.contains("d1"), "\(digest.errors)")
        let endings = Jenner.records(in: rig).map(\.ended.rawValue).sorted()
        #expect(endings == ["completed", "refused", "refused"], "what a guard refuses is recorded")
      }
    }

    @Test("of run with several files runs one after the other")
    func severalFiles() async throws {
      try await Rig.run { rig in
        // Observations of the first are still under way when it ends.
        let slow = ExperimentText(
          baseline: "1s",
          probes: [
            ExperimentText.truth,
            "{name: slow, command: {run: [sleep, '0.5'], timeout: 2s}, every: 50ms}",
          ]
        ).text
        let files = try ["one", "two"].map { try rig.scratch.write(slow, to: "\($0).yaml") }
        let outcome = try await Jenner.run(
          ["run", "--reports", Jenner.reports(in: rig)] + files, in: rig)
        #expect(outcome.ended(.pass), "\(outcome.errors)")
        let records = Jenner.records(in: rig)
        #expect(records.map(\.verdict) == [.pass, .pass])
        #expect(Set(records.map(\.runID)).count == 2)
      }
    }

    @Test(
      "whose result can't be written is 3, and says so",
      arguments: [
        ["plan", "FILE"], ["validate", "FILE"], ["validate", "--format", "json", "FILE"],
        ["schema"], ["faults"], ["probes"], ["doctor"], ["new"], ["residue"], ["recover"],
        ["--help"], ["--version"],
      ])
    func fullDisk(arguments: [String]) async throws {
      try await Rig.run { rig in
        let file = try rig.scratch.write(Self.observation, to: "experiment.yaml")
        let outcome = try await Jenner.run(
          arguments.map { $0 == "FILE" ? file : $0 }, in: rig,
          streams: { $0.output = .file("/dev/full") })
        // What others have left on this machine is worse still.
        let isResidue = arguments == ["residue"] && outcome.ended(.residue)
        #expect(outcome.ended(.inconclusive) || isResidue, "\(outcome)")
        #expect(outcome.errors.contains("the result could not be written"), "\(outcome.errors)")
        #expect(outcome.errors.contains("No space left on device"), "\(outcome.errors)")
      }
    }

    @Test("of run whose result can't be written tells it all the same, and is no pass")
    func fullDiskAtTheEnd() async throws {
      try await Rig.run { rig in
        let file = try rig.scratch.write(Self.observation, to: "experiment.yaml")
        let outcome = try await Jenner.run(
          ["run", file, "--reports", Jenner.reports(in: rig)], in: rig,
          streams: { $0.output = .file("/dev/full") })
        #expect(outcome.ended(.inconclusive), "\(outcome)")
        #expect(outcome.errors.contains("PASS  A test of Jenner"), "\(outcome.errors)")
        #expect(try Jenner.record(in: rig).verdict == .pass)
      }
    }

    @Test("with a relative JENNER_STATE is 2, before anything is asked")
    func relativeState() async throws {
      try await Rig.run { rig in
        let file = try rig.scratch.write(Self.observation, to: "experiment.yaml")
        for arguments in [["plan", file], ["run", file], ["doctor"], ["residue"], ["recover"]] {
          let outcome = try await Jenner.run(
            arguments, in: rig, environment: ["JENNER_STATE": "state"])
          #expect(outcome.ended(.usage), "\(arguments): \(outcome)")
          #expect(outcome.errors.contains("JENNER_STATE is 'state'"), "\(outcome.errors)")
        }
      }
    }

    @Test("of run gives the result on standard output, and its progress on standard error")
    func streams() async throws {
      try await Rig.run { rig in
        let text = try await Jenner.runExperiment(Self.observation, in: rig)
        #expect(text.ended(.pass), "\(text.errors)")
        #expect(text.output.hasPrefix("PASS  A test of Jenner\n"), "\(text.output)")
        #expect(text.output.contains("\(Jenner.reports(in: rig))/"), "\(text.output)")
        #expect(!text.output.contains("verdict pass"))
        #expect(text.errors.contains("the steady state holds"), "\(text.errors)")
        #expect(!text.errors.contains("PASS"))
        #expect(!(text.output + text.errors).contains("\u{1B}"))

        let file = rig.scratch.file("experiment.yaml")
        let json = try await Jenner.run(
          ["run", file, "--reports", Jenner.reports(in: rig), "--format", "json"], in: rig)
        #expect(json.ended(.pass))
        #expect(json.errors.isEmpty, "\(json.errors)")
        let result = try Self.json(json.output)
        #expect(result["verdict"]?.string == "pass")
        let record = try #require(result["record"]?.string)
        let report = try await Jenner.run(["report", record, "--format", "json"], in: rig)
        #expect(report.ended(.pass))
        #expect(try Self.json(report.output)["verdict"]?.string == "pass")
        let folder = record.replacing("/record.json", with: "")
        let summary = try await Jenner.run(["report", folder], in: rig)
        #expect(summary.output.hasPrefix("PASS  A test of Jenner\n"), "\(summary.output)")
      }
    }

    @Test(
      "with --format json answers in JSON, whether it is right or wrong",
      arguments: [
        (["validate", "FILE"], Model.ExitStatus.pass, "problems"),
        (["validate", "BAD"], .usage, "problems"),
        (["validate", "BAD", "FILE", "--var", "none"], .usage, "error"),
        (["plan", "FILE"], .pass, "plan"), (["plan", "BAD"], .usage, "problems"),
        (["run", "BAD", "--yes"], .usage, "problems"),
        (["run", "--plan", "none"], .usage, "error"),
        (["faults"], .pass, nil), (["faults", "process.kill"], .pass, "schema"),
        (["faults", "none"], .usage, "error"), (["probes"], .pass, nil),
        (["probes", "http"], .pass, "schema"), (["schema"], .pass, "properties"),
        (["doctor"], .pass, nil),
      ] as [([String], Model.ExitStatus, String?)])
    func json(arguments: [String], status: Model.ExitStatus, member: String?) async throws {
      try await Rig.run { rig in
        let files = [
          "FILE": try rig.scratch.write(Self.observation, to: "good.yaml"),
          "BAD": try rig.scratch.write("version: 1\ntitel: x\n", to: "bad.yaml"),
        ]
        let outcome = try await Jenner.run(
          arguments.map { files[$0] ?? $0 } + ["--format", "json"], in: rig)
        #expect(outcome.ended(status), "\(outcome.errors)")
        #expect(outcome.errors.isEmpty, "\(outcome.errors)")
        let answer = try Self.json(outcome.output)
        if let member {
          #expect(answer[member] != nil, "\(outcome.output)")
        } else {
          #expect(answer.array?.isEmpty == false, "\(outcome.output)")
        }
      }
    }

    @Test("is in colour at a terminal, unless NO_COLOR says otherwise")
    func colour() async throws {
      try await Rig.run { rig in
        let file = try rig.scratch.write("version: 1\ntitel: x\n", to: "bad.yaml")
        for (environment, isColoured) in [
          ([:], true), (["NO_COLOR": ""], true), (["NO_COLOR": "1"], false),
        ] as [([String: String], Bool)] {
          let terminal = try Terminal()
          let outcome = try await Jenner.run(
            ["validate", file], in: rig, environment: environment,
            streams: { $0.errors = .descriptor(terminal.descriptor) })
          #expect(outcome.ended(.usage))
          let text = terminal.text()
          #expect(text.contains("titel"))
          #expect(text.contains("\u{1B}[") == isColoured, "\(environment): \(text)")
        }
      }
    }

    @Test(
      "goes on to its end whatever has become of its standard streams",
      arguments: [">&-", "2>&-", "<&-", "<&- >&- 2>&-", "2>/dev/full"])
    func closedStreams(redirection: String) async throws {
      try await Rig.run { rig in
        let closing = ["sh", "-c", "exec \"$@\" \(redirection)", "sh"]
        let file = try rig.scratch.write(Self.observation, to: "experiment.yaml")
        let run = try await Jenner.run(
          ["run", file, "--reports", Jenner.reports(in: rig)], in: rig, through: closing)
        #expect(run.ended(.pass), "\(run.status) \(run.errors)")
        #expect(try Jenner.record(in: rig).verdict == .pass)
        for arguments in [["schema"], ["plan", file], ["validate", file]] {
          let outcome = try await Jenner.run(arguments, in: rig, through: closing)
          #expect(outcome.ended(.pass), "\(arguments): \(outcome.status) \(outcome.errors)")
        }
      }
    }

    @Test("whose reader has gone away ends in order")
    func goneReader() async throws {
      try await Rig.run { rig in
        let file = try rig.scratch.write(Self.observation, to: "experiment.yaml")
        for arguments in [["schema"], ["run", file, "--reports", Jenner.reports(in: rig)]] {
          var ends: [Int32] = [-1, -1]
          try #require(pipe(&ends) == 0)
          for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
          close(ends[0])
          defer { close(ends[1]) }
          let outcome = try await Jenner.run(
            arguments, in: rig,
            streams: {
              $0.output = .descriptor(ends[1])
              $0.errors = .descriptor(ends[1])
            })
          #expect(outcome.ended(.pass), "\(arguments[0]): \(outcome.status)")
        }
        #expect(try Jenner.record(in: rig).verdict == .pass)
      }
    }

    /// An experiment that only observes, and needs no agent.
    private static let observation = ExperimentText(
      baseline: "1s", probes: [ExperimentText.truth]
    ).text

    private static func json(_ text: String) throws -> JSON {
      try JSONDecoder().decode(JSON.self, from: Data(text.utf8))
    }
  }
}
