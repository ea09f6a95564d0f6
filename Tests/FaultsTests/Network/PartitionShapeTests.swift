import Model
import Testing

@testable import Faults

/// The cases of Jepsen's nemesis_test.clj, asked of the shapes of a partition.
@Suite("The shapes of a partition")
struct PartitionShapeTests {
  private typealias Grudges = [String: [String]]

  private static let sizes = [2, 3, 4, 5, 7, 10]
  private static let seeds: [UInt64] = [0, 1, 17, .max]

  @Test("jepsen, bisect: none and one can't be split; an even number is halved, an odd one nearly")
  func bisect() throws {
    for hosts in [[], ["n1"]] {
      #expect(throws: Refusal.self) { try PartitionShape.half.separation(of: hosts, seed: 0) }
    }
    for (count, halves) in [(2, [1, 1]), (4, [2, 2]), (5, [2, 3]), (7, [3, 4])] {
      for seed in Self.seeds {
        let grudges = try grudges(.half, count, seed)
        // Who is in a half of `k` has a grudge against the other `count - k`.
        let sizes = grudges.values.map { count - $0.count }
        let expected = halves.flatMap { Array(repeating: $0, count: $0) }
        #expect(sizes.sorted() == expected.sorted())
      }
    }
  }

  @Test("jepsen, complete-grudge: it is mutual, and nobody has one against itself")
  func symmetric() throws {
    for shape in PartitionShape.allCases {
      for count in Self.sizes where count >= 4 {
        for seed in Self.seeds {
          let grudges = try grudges(shape, count, seed)
          #expect(grudges.count == count)
          for (host, others) in grudges {
            #expect(!others.contains(host))
            for other in others { #expect(grudges[other]?.contains(host) == true) }
          }
        }
      }
    }
  }

  @Test("who sees each other within a half sees the same hosts")
  func components() throws {
    for shape in [PartitionShape.majority, .half, .one] {
      for count in Self.sizes where count > 2 {
        let grudges = try grudges(shape, count, 3)
        let sights = Set(grudges.map { sees($0.key, grudges) })
        #expect(sights.count == 2, "\(shape) of \(count)")
        #expect(sights.reduce(0) { $0 + $1.count } == count)
      }
    }
  }

  @Test("of a majority and a minority the first is more than half")
  func majority() throws {
    for count in Self.sizes where count > 2 {
      let grudges = try grudges(.majority, count, 5)
      let largest = grudges.keys.map { sees($0, grudges).count }.max()
      #expect(largest == count / 2 + 1)
    }
  }

  @Test("jepsen, bridge: one host sees everyone, and the halves see each other only through it")
  func bridge() throws {
    for count in [3, 5, 10] {
      for seed in Self.seeds {
        let grudges = try grudges(.bridge, count, seed)
        let bridges = grudges.filter(\.value.isEmpty).map(\.key)
        #expect(bridges.count == 1)
        let sights = Set(
          grudges.keys.filter { !bridges.contains($0) }.map {
            sees($0, grudges).subtracting(bridges)
          })
        #expect(sights.count == 2)
        #expect(sights.reduce(0) { $0 + $1.count } == count - 1)
      }
    }
  }

  @Test("jepsen, majorities-ring: every host sees a majority, and no more than it must")
  func ringMajorities() throws {
    for count in 4...12 {
      let majority = count / 2 + 1
      // An odd number of hosts can't all see an odd number of others.
      let most = !count.isMultiple(of: 2) && majority.isMultiple(of: 2) ? majority + 1 : majority
      for seed in Self.seeds {
        let grudges = try grudges(.ring, count, seed)
        for host in grudges.keys { #expect(sees(host, grudges).count == most, "\(count)") }
        #expect(Set(grudges.keys.map { sees($0, grudges) }).count == count)
      }
    }
  }

  @Test("a shape that would separate nobody is refused", arguments: PartitionShape.allCases)
  func nobodySeparated(shape: PartitionShape) {
    for count in 1...5 {
      guard let grudges = try? grudges(shape, count, 1) else { continue }
      #expect(grudges.contains { !$0.value.isEmpty }, "\(shape) of \(count)")
    }
    #expect(throws: Refusal.self) { try grudges(.majority, 2, 1) }
    #expect(throws: Refusal.self) { try grudges(.ring, 3, 1) }
  }

  @Test(
    "jepsen, majorities-ring of five: each sees three, no two the same, and all are in the ring")
  func ringOfFive() throws {
    for seed in Self.seeds {
      let grudges = try grudges(.ring, 5, seed)
      let sights = grudges.keys.map { sees($0, grudges) }
      #expect(sights.allSatisfy { $0.count == 3 })
      #expect(Set(sights).count == 5)
      // From one to the next that it sees, everyone is reached.
      var reached: Set = ["n1"]
      for _ in 1...5 { reached = reached.union(reached.flatMap { sees($0, grudges) }) }
      #expect(reached.count == 5)
    }
  }

  @Test("another seed puts other hosts together, and the same seed the same")
  func seeds() throws {
    let splits = try (0..<20).map { try grudges(.half, 6, $0) }
    #expect(Set(splits).count > 1)
    #expect(try grudges(.half, 6, 7) == grudges(.half, 6, 7))
  }

  private func grudges(_ shape: PartitionShape, _ count: Int, _ seed: UInt64) throws -> Grudges {
    try shape.separation(of: (1...count).map { "n\($0)" }, seed: seed)
  }

  /// Whom a host sees, itself included.
  private func sees(_ host: String, _ grudges: Grudges) -> Set<String> {
    Set(grudges.keys).subtracting(grudges[host] ?? [])
  }
}
