import Linux
import Model
import Testing

@testable import Proxy

/// Which connections a toxic is for.
@Suite struct ProxyPlacementTests {
  private func hit(_ toxic: PlacedToxic, seed: UInt64) throws -> Set<UInt64> {
    let environment = ProxyEnvironment(loop: try EventLoop(), seed: seed)
    return Set((0..<2000).filter { environment.isFor(toxic, connection: $0) })
  }

  private func toxic(_ name: String, _ share: Double) -> PlacedToxic {
    PlacedToxic(name, .timeout(after: nil), share: share)
  }

  @Test func theSameSeedHitsTheSameConnections() throws {
    let first = try hit(toxic("a", 0.3), seed: 5)
    let again = try hit(toxic("a", 0.3), seed: 5)
    let other = try hit(toxic("a", 0.3), seed: 6)
    #expect(again == first)
    #expect(other != first)
    // Six standard deviations of a binomial distribution.
    #expect((477...723).contains(first.count))
  }

  @Test func toxicsAreDrawnForIndependentlyOfEachOther() throws {
    let a = try hit(toxic("a", 0.5), seed: 5)
    let b = try hit(toxic("b", 0.5), seed: 5)
    #expect((384...616).contains(a.intersection(b).count))
  }

  @Test func aLargerShareHitsThoseOfASmallerOneToo() throws {
    let few = try hit(toxic("a", 0.2), seed: 5)
    let many = try hit(toxic("a", 0.6), seed: 5)
    #expect(few.isSubset(of: many))
    let none = try hit(toxic("a", 0), seed: 5)
    let all = try hit(toxic("a", 1), seed: 5)
    #expect(none.isEmpty)
    #expect(all.count == 2000)
  }
}
