import ChildProcess
import FoundationEssentials
import Glibc
import Model
import Testing

extension RealHost {
  @Suite("The exit status")
  struct ExitStatusTests {
    @Test(
      "of a call that reads nothing",
      arguments: [
        (["--help"], Model.ExitStatus.pass), (["--version"], .pass), (["run", "--help"], .pass),
        (["--no-such-option"], .usage), (["no-such-command"], .usage),
        (["validate"], .usage), (["validate", "/no/such/file.yaml"], .usage),
      ])
    func calls(arguments: [String], status: Model.ExitStatus) async throws {
      try await Rig.run { rig in
        let outcome = try await Jenner.run(arguments, in: rig)
        #expect(outcome.ended(status), "\(outcome.output)\(outcome.errors)")
      }
    }

    @Test("of a file that is wrong is 2, and every problem has its place")
    func badFile() async throws {
      try await Rig.run { rig in
        let file = try rig.scratch.write("version: 1\ntitel: x\n", to: "bad.yaml")
        for command in ["validate", "plan", "run"] {
          let outcome = try await Jenner.run([command, file], in: rig)
          #expect(outcome.ended(.usage), "\(command)")
          let said = outcome.output + outcome.errors
          #expect(said.contains("bad.yaml:2:1"), "\(said)")
          #expect(said.contains("title"), "\(said)")
        }
      }
    }

    @Test("of a system that is healthy and observed only is 0")
    func observed() async throws {
      try await Rig.run { rig in
        let outcome = try await Jenner.runExperiment(
          ExperimentText(baseline: "1s", probes: [ExperimentText.truth]).text, in: rig)
        #expect(outcome.ended(.pass), "\(outcome.errors)")
        #expect(try Jenner.record(in: rig).verdict == .pass)
      }
    }

    @Test("of a system that was already ill is 4, and nothing is broken")
    func unhealthyBaseline() async throws {
      try await Rig.run { rig in
        let bystander = try Bystander.start(in: rig)
        let outcome = try await Jenner.runExperiment(
          ExperimentText(
            baseline: "1s",
            probes: [
              ExperimentText.probe("lie", "command: {run: ['false'], timeout: 1s}")
            ], method: [bystander.kill]
          ).text, in: rig)
        #expect(outcome.ended(.refused), "\(outcome.errors)")
        #expect(bystander.isAlive)
        let record = try Jenner.record(in: rig)
        #expect(record.ended == .refused)
        #expect(record.clean)
        #expect(record.verdict != .pass)
      }
    }

    @Test("of a selector that matches nothing is 4")
    func noTargets() async throws {
      try await Rig.run { rig in
        let outcome = try await Jenner.runExperiment(
          ExperimentText(
            baseline: "1s", probes: [ExperimentText.truth],
            method: ["{fault: process.kill, targets: {cmdline: 'no-such-program-[0-9]'}, for: 4s}"]
          ).text, in: rig)
        #expect(outcome.ended(.refused), "\(outcome.errors)")
        #expect(outcome.errors.contains("no-such-program"), "\(outcome.errors)")
      }
    }

    @Test("of a report directory that can't be written is 2, before anything is broken")
    func unwritableReports() async throws {
      try await Rig.run { rig in
        let bystander = try Bystander.start(in: rig)
        let obstacle = try rig.scratch.write("a file", to: "obstacle")
        let file = try rig.scratch.write(
          ExperimentText(
            baseline: "1s", probes: [ExperimentText.truth], method: [bystander.kill]
          ).text, to: "experiment.yaml")
        let outcome = try await Jenner.run(
          ["run", file, "--yes", "--reports", "\(obstacle)/reports"], in: rig)
        #expect(outcome.ended(.usage), "\(outcome.errors)")
        #expect(outcome.errors.contains(obstacle), "\(outcome.errors)")
        #expect(bystander.isAlive)
      }
    }

    @Test("of a run that nohup(1) shields does not know of a hang-up")
    func shielded() async throws {
      try await Rig.run { rig in
        let trace = rig.scratch.file("trace")
        let experiment = ExperimentText(
          baseline: "3s",
          probes: [
            ExperimentText.probe("trace", "command: {run: [touch, '\(trace)'], timeout: 1s}")
          ])
        let file = try rig.scratch.write(experiment.text, to: "experiment.yaml")
        let run = try Jenner.start(
          ["run", file, "--reports", Jenner.reports(in: rig)], in: rig,
          through: ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"])
        let isUnderWay = await eventually(within: .seconds(20)) {
          FileManager.default.fileExists(atPath: trace)
        }
        #expect(isUnderWay)
        run.process.send(SIGHUP)
        let outcome = try await run.outcome(within: .seconds(20))
        #expect(outcome.ended(.pass), "\(outcome.status) \(outcome.errors)")
      }
    }

    @Test(
      "of a run that is interrupted in its baseline is 128 and the signal, with a record",
      arguments: [
        (SIGINT, Model.ExitStatus.interrupted), (SIGTERM, .terminated), (SIGHUP, .terminated),
      ])
    func interrupted(signal: Int32, status: Model.ExitStatus) async throws {
      try await Rig.run { rig in
        let bystander = try Bystander.start(in: rig)
        let run = try Jenner.startExperiment(
          ExperimentText(
            baseline: "60s",
            // The probe leaves a trace, so that the signal comes when the baseline is under way.
            probes: [
              ExperimentText.probe(
                "trace", "command: {run: [touch, '\(rig.scratch.file("trace"))'], timeout: 1s}")
            ], method: [bystander.kill]
          ).text, in: rig)
        let isUnderWay = await eventually(within: .seconds(20)) {
          FileManager.default.fileExists(atPath: rig.scratch.file("trace"))
        }
        #expect(isUnderWay)
        run.process.send(signal)
        let outcome = try await run.outcome(within: .seconds(20))
        #expect(outcome.ended(status), "\(outcome.errors)")
        #expect(bystander.isAlive)
        let record = try Jenner.record(in: rig)
        #expect(record.ended == .interrupted)
        #expect(record.clean)
        #expect(record.verdict == .inconclusive)
        #expect(record.faults.allSatisfy { !$0.inForce })
      }
    }
  }
}
