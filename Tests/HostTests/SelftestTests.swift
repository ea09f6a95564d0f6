import FoundationEssentials
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
          within: .seconds(180))
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
