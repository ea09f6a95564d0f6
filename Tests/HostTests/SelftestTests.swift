import ChildProcess
import FoundationEssentials
import Glibc
import Model
import Testing

extension RealHost {
  /// The self-test that users run on their own hosts.
  @Suite("selftest")
  struct SelftestTests {
    /// What the table says of one fault in one scenario.
    private struct Cell: Decodable {
      var fault: String
      var scenario: String
      /// Nil where it was not tried.
      var clean: Bool?
      var seconds: Double?
      var undo_class: String?
    }

    /// The faults that need netem.
    private static let shaping: Set<String> = [
      "network.corrupt", "network.duplicate", "network.latency", "network.link", "network.reorder",
    ]

    @Test("finds every fault clean in every scenario, and leaves nothing of its own")
    func everything() async throws {
      try await Rig.run { rig in
        let outcome = try await Jenner.run(
          ["selftest", "--format", "json"], in: rig, environment: ["TMPDIR": rig.scratch.path],
          within: .seconds(300))
        #expect(outcome.ended(.pass), "\(outcome.output)\(outcome.errors)")
        let cells = try JSONDecoder().decode([Cell].self, from: Data(outcome.output.utf8))
        let faults = Set(cells.map(\.fault))
        #expect(faults.isSuperset(of: ["process.kill", "process.pause"]))
        #expect(cells.count == faults.count * 5)
        let tried = cells.filter { $0.seconds != nil }
        #expect(tried.allSatisfy { $0.clean == true })
        #expect(cells.allSatisfy { $0.seconds != nil || $0.clean == nil })
        #expect(tried.allSatisfy { $0.undo_class != nil })
        // A kernel without netem can't be asked for it; the kernel lab's has it.
        let untried = faults.subtracting(tried.map(\.fault))
        #expect(untried.isSubset(of: Self.shaping), "\(untried)")
        let left = try FileManager.default.contentsOfDirectory(atPath: rig.scratch.path)
        #expect(!left.contains { $0.hasPrefix("jenner-selftest") })
      }
    }

    @Test(
      "that is interrupted puts everything back, and leaves nothing of its own",
      arguments: [
        (SIGINT, Model.ExitStatus.interrupted), (SIGHUP, .terminated), (SIGTERM, .terminated),
      ])
    func interrupted(signal: Int32, status: Model.ExitStatus) async throws {
      try await Rig.run { rig in
        let folder = rig.scratch.file("temporary")
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: false)
        let selftest = try Jenner.start(
          ["selftest", "--fault", "process.pause"], in: rig, environment: ["TMPDIR": folder])
        // When a run of its own is under way, with an agent and a target.
        let isUnderWay = await eventually(within: .seconds(20)) { Self.hasLedger(below: folder) }
        #expect(isUnderWay, "\(selftest.errorsSoFar)")
        selftest.process.send(signal)
        let outcome = try await selftest.outcome(within: .seconds(60))
        #expect(outcome.ended(status), "\(outcome)")
        #expect(outcome.errors.contains("nothing was left behind"), "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        let ours = ProcessTable.all().filter { process in
          ProcessTable.environment(of: process.pid).contains { $0.contains(folder) }
            || process.arguments.contains { $0.contains(folder) }
        }
        #expect(ours.isEmpty, "\(ours.map(\.shown))")
      }
    }

    /// Whether the first run of a self-test has begun.
    private static func hasLedger(below folder: String) -> Bool {
      func names(_ path: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      }
      return names(folder).contains { !names("\(folder)/\($0)/0/state/runs").isEmpty }
    }

    @Test("of a fault that there is not is 2")
    func unknown() async throws {
      try await Rig.run { rig in
        let outcome = try await Jenner.run(["selftest", "--fault", "process.paus"], in: rig)
        #expect(outcome.ended(.usage))
        #expect(outcome.errors.contains("process.pause"))
      }
    }
  }
}
