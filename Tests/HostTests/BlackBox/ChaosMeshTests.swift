import Testing

extension RealHost.NetworkFaults {
  /// The end-to-end cases of chaos-mesh, e2e-test/e2e/chaos/networkchaos, in a network of four peers.
  ///
  /// Where the originals delay by netem, these limit the bandwidth so far that bursts take long, since
  /// not every kernel that tests run on has netem.
  @Suite("Cases of chaos-mesh")
  struct ChaosMeshTests {
    /// One of its cases: the fault is injected at peer 0.
    struct Case: Sendable, CustomStringConvertible {
      var origin: String
      /// The other peers that are targets.
      var targets: [Int]
      var direction: String
      /// Whether packets are dropped, or slowed.
      var isPartition: Bool

      var description: String { "\(origin): 0 \(direction) \(targets)" }

      /// The ways that are hit.
      var hit: Set<Way> {
        let out = targets.map { Way(from: 0, to: $0) }
        let back = targets.map { Way(from: $0, to: 0) }
        return Set(direction == "in" ? back : direction == "out" ? out : out + back)
      }

      func step(_ network: Network, name: String = FaultRun.name(1)) -> String {
        let to = targets.map { network.hosts[$0].address }.joined(separator: ", ")
        let traffic = "traffic: {to: [\(to)], direction: \(direction)}"
        return isPartition
          ? "{name: \(name), fault: network.partition, \(traffic)}"
          : "{name: \(name), fault: network.bandwidth, \(traffic), "
            + "with: {rate: 64kbit, burst: 2KB, latency: 4s}}"
      }
    }

    private static let delays =
      [[1, 2, 3], [1, 2], [1, 3], [2]].map {
        Case(origin: "network_delay", targets: $0, direction: "out", isPartition: false)
      } + [
        Case(origin: "network_delay both", targets: [1, 2], direction: "both", isPartition: false)
      ]

    private static let partitions = ["out", "in", "both"].flatMap { direction in
      [[1], [2, 3], [1, 2, 3]].map {
        Case(origin: "network_partition", targets: $0, direction: direction, isPartition: true)
      }
    }

    @Test(
      "hit the peers that are targets, each way that is meant, and no other",
      arguments: delays + partitions)
    func matrix(_ example: Case) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(4, in: rig)
        let all = Network.allWays(4)
        try await FaultRun.during(
          example.step(network), on: network.hosts[0], of: network, in: rig
        ) { (_) async throws in
          #expect(try await network.openWays() == all.subtracting(example.hit))
        }
        // "After delete nothing is blocked or slow."
        #expect(try await network.openWays() == all)
      }
    }

    @Test("overlap: of two delays one is deleted, and the other stays", arguments: [true, false])
    func overlap(firstEndsFirst: Bool) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(4, in: rig)
        let all = Network.allWays(4)
        var first = Case(origin: "", targets: [1, 2], direction: "out", isPartition: false)
        var second = Case(origin: "", targets: [1, 3], direction: "out", isPartition: false)
        let lasting = ", for: 5s}"
        func step(_ example: Case, _ name: String, endsFirst: Bool) -> String {
          let step = example.step(network, name: name)
          return endsFirst ? step.dropLast() + lasting : step
        }
        let steps = [
          step(first, "step1", endsFirst: firstEndsFirst),
          step(second, "step2", endsFirst: !firstEndsFirst),
        ]
        if !firstEndsFirst { swap(&first, &second) }
        try await FaultRun.during(
          "{together: [\(steps.joined(separator: ", "))]}", on: network.hosts[0], of: network,
          in: rig
        ) { (run) async throws in
          try await run.inForce("step2")
          #expect(
            try await network.openWays() == all.subtracting(first.hit).subtracting(second.hit))
          try await run.undone(firstEndsFirst ? "step1" : "step2")
          // What waits in the queues has to pass.
          try await Task.sleep(for: .seconds(2))
          #expect(try await network.openWays() == all.subtracting(second.hit))
        }
        #expect(try await network.openWays() == all)
      }
    }
  }
}
