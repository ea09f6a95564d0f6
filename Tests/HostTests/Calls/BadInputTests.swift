import ChildProcess
import FoundationEssentials
import Model
import Testing

extension RealHost {
  /// Whatever is given as a file is a clear error, soon, in little memory, and without a trace.
  @Suite("Bad input")
  struct BadInputTests {
    @Test("is the table's only mistake in an experiment that is sound")
    func sound() async throws {
      try await Rig.run { rig in
        let file = try rig.scratch.write(BadInput.sound.text, to: "sound.yaml")
        let outcome = try await Jenner.run(
          ["validate", file], in: rig, through: Ceiling.forReading)
        #expect(outcome.ended(.pass), "\(outcome.errors)")
        #expect(outcome.output == "\(file): valid\n")
        #expect(outcome.errors.isEmpty)
      }
    }

    @Test("is refused with its place and a cure", arguments: BadInput.all)
    func refused(_ input: BadInput) async throws {
      try await Rig.run { rig in
        let file = try input.make(in: rig.scratch)
        let place = input.place.map { ":\($0)" } ?? ""
        for command in [["validate"], ["run", "--yes", "--reports", Jenner.reports(in: rig)]] {
          let outcome = try await Jenner.run(
            command + [file] + input.arguments, in: rig, environment: ["SHOP_TOKEN": "hunter2"],
            through: Ceiling.forReading)
          #expect(outcome.ended(.usage), "\(command[0]): \(outcome.status) \(outcome.errors)")
          #expect(outcome.output.isEmpty)
          let problem = outcome.errors.split(separator: "\n").first { $0.contains(input.says) }
          #expect(
            problem?.hasPrefix("\(file)\(place): error: ") == true,
            "expected \(place): \(outcome.errors)")
          #expect(problem?.contains(input.cure) == true, "\(outcome.errors)")
          #expect(!outcome.errors.contains("hunter2"))
        }
        expectNothingMade(in: rig)
      }
    }

    @Test("on standard input is refused as in a file")
    func standardInput() async throws {
      try await Rig.run { rig in
        let file = try rig.scratch.write("version: 1\ntitel: x\n", to: "bad.yaml")
        let outcome = try await Jenner.run(
          ["validate", "-"], in: rig, streams: { $0.input = .file(file) })
        #expect(outcome.ended(.usage))
        #expect(outcome.errors.hasPrefix("<stdin>:2:1: error: "), "\(outcome.errors)")
      }
    }

    @Test("is not what the environment alone leaves out, until it is needed")
    func missingVariable() async throws {
      try await Rig.run { rig in
        var experiment = BadInput.sound
        experiment.probes = [
          "{name: p, http: {url: '${url}', headers: {Authorization: '${token}'}}, every: 100ms, "
            + "tolerance: {success: {min: 90%}}}"
        ]
        experiment.fields = [
          "configuration: {url: {env: NO_SUCH_URL}}", "secrets: {token: {env: NO_SUCH_TOKEN}}",
        ]
        let file = try rig.scratch.write(experiment.text, to: "experiment.yaml")
        let validation = try await Jenner.run(["validate", file], in: rig)
        #expect(validation.ended(.pass), "\(validation.errors)")
        for command in [["plan"], ["run", "--yes", "--reports", Jenner.reports(in: rig)]] {
          let outcome = try await Jenner.run(command + [file], in: rig)
          #expect(outcome.ended(.usage), "\(command[0])")
          #expect(outcome.output.isEmpty)
          for name in ["NO_SUCH_URL", "NO_SUCH_TOKEN"] {
            let problem = outcome.errors.split(separator: "\n").first {
              $0.contains("error:") && $0.contains(name)
            }
            #expect(problem?.hasPrefix("\(file):1") == true, "\(outcome.errors)")
            #expect(problem?.contains("set \(name)") == true, "\(outcome.errors)")
          }
        }
        expectNothingMade(in: rig)
      }
    }

    @Test("is a report directory that can't be made: refused before a probe has run")
    func unwritableReports() async throws {
      try await Rig.run { rig in
        let trace = rig.scratch.file("trace")
        let file = try rig.scratch.write(Self.tracing(trace), to: "experiment.yaml")
        let obstacle = try rig.scratch.write("a file", to: "obstacle")
        // Not even root can make a folder in /proc.
        for folder in [obstacle, "\(obstacle)/reports", "/proc/reports"] {
          let outcome = try await Jenner.run(["run", file, "--reports", folder], in: rig)
          #expect(outcome.ended(.usage), "\(folder): \(outcome.errors)")
          #expect(outcome.errors.contains(folder), "\(outcome.errors)")
          #expect(outcome.errors.contains("--reports"), "\(outcome.errors)")
          #expect(outcome.output.isEmpty)
        }
        #expect(!FileManager.default.fileExists(atPath: trace))
      }
    }

    @Test("is no report directory that is only missing: it is made, with all above it")
    func missingReports() async throws {
      try await Rig.run { rig in
        let trace = rig.scratch.file("trace")
        let file = try rig.scratch.write(Self.tracing(trace), to: "experiment.yaml")
        let folder = rig.scratch.file("a/b/c")
        let outcome = try await Jenner.run(["run", file, "--reports", folder], in: rig)
        #expect(outcome.ended(.pass), "\(outcome.errors)")
        let runs = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(runs.count == 1)
        #expect(FileManager.default.fileExists(atPath: trace))
      }
    }

    /// An experiment whose probe leaves a file behind.
    private static func tracing(_ path: String) -> String {
      ExperimentText(
        baseline: "1s",
        probes: [
          ExperimentText.probe("trace", "command: {run: [touch, '\(path)'], timeout: 1s}")
        ]
      ).text
    }

    private func expectNothingMade(in rig: Rig) {
      for path in [Jenner.reports(in: rig), Jenner.state(in: rig)] {
        #expect(!FileManager.default.fileExists(atPath: path), "\(path) was made")
      }
    }
  }
}
