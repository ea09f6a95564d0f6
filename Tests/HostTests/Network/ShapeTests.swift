import Testing

extension RealHost.NetworkFaults {
  /// A partition over several hosts, each with an agent of its own.
  @Suite("A partition of a cluster")
  struct ShapeTests {
    private static let count = 5

    @Test(
      "has the shape that was asked for, both ways, and is healed",
      arguments: ["majority", "half", "one", "bridge", "ring"])
    func shape(_ name: String) async throws {
      try await Rig.run { rig in
        let network = try await Network.make(Self.count, in: rig)
        let agent = try Product.agent.path()
        let hosts = network.hosts.map { host in
          let argv = (host.entering + [agent]).joined(separator: ", ")
          return "  n\(host.number): {exec: [\(argv)], address: \(host.address)}"
        }
        let names = network.hosts.map { "n\($0.number)" }.joined(separator: ", ")
        try await FaultRun.during(
          "{fault: network.partition, host: [\(names)], with: {shape: \(name)}}",
          on: network.hosts[0], of: network, in: rig, fields: ["hosts:"] + hosts
        ) { (_) async throws in
          // The hosts follow one after the other.
          let hasShape = try await eventually(within: .seconds(10)) {
            Self.is(name, Clusters(try await network.openWays(), of: Self.count))
          }
          let open = try await network.openWays()
          #expect(hasShape, "\(open)")
          #expect(try await network.openWays(isLong: true) == Network.allWays(Self.count))
        }
        #expect(try await network.openWays() == Network.allWays(Self.count))
      }
    }

    /// After jepsen.nemesis: what a grudge of that name is.
    private static func `is`(_ shape: String, _ clusters: Clusters) -> Bool {
      guard clusters.areMutual else { return false }
      switch shape {
      case "majority", "half": return clusters.sizes == [2, 3] && clusters.areWhole
      case "one": return clusters.sizes == [1, 4] && clusters.areWhole
      case "bridge":
        // Two see two others, twice; one sees all.
        return clusters.seen.map(\.count).sorted() == [3, 3, 3, 3, 5]
          && Set(clusters.seen).count == 3
      default:
        return clusters.seen.allSatisfy { $0.count == 3 } && Set(clusters.seen).count == count
      }
    }

    /// Who sees whom.
    private struct Clusters {
      /// For each host, whom it reaches, itself among them.
      var seen: [Set<Int>]
      var areMutual: Bool

      init(_ ways: Set<Way>, of count: Int) {
        seen = (0..<count).map { host in
          Set(ways.filter { $0.from == host }.map(\.to)).union([host])
        }
        areMutual = ways.allSatisfy { ways.contains(Way(from: $0.to, to: $0.from)) }
      }

      /// Of the groups that differ in whom they see.
      var sizes: [Int] { Set(seen).map(\.count).sorted() }

      /// Whether all of a group see the same.
      var areWhole: Bool { seen.allSatisfy { group in group.allSatisfy { seen[$0] == group } } }
    }
  }
}
