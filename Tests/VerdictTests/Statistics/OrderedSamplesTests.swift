import Model
import Testing

@testable import Verdict

@Suite struct OrderedSamplesTests {
  /// Against a plain sorted array, through growing, splitting and shrinking.
  @Test(arguments: [UInt64(1), 2, 3])
  func behavesAsASortedArray(seed: UInt64) {
    var generator = SplitMix(seed: seed)
    var ordered = OrderedSamples()
    var plain: [Double] = []
    for round in 0..<6000 {
      let grows = round < 3000 ? generator.fraction() < 0.8 : generator.fraction() < 0.2
      if grows || plain.isEmpty {
        // Few distinct numbers, so that equal ones occur.
        let number = (generator.fraction() * 500).rounded()
        ordered.insert(number)
        plain.append(number)
      } else {
        let index = Int(generator.fraction() * Double(plain.count))
        ordered.remove(plain[index])
        plain.remove(at: index)
      }
      guard round % 97 == 0 else { continue }
      let sorted = plain.sorted()
      #expect(ordered.count == sorted.count, "seed \(seed)")
      #expect(ordered.least == sorted.first, "seed \(seed)")
      #expect(ordered.greatest == sorted.last, "seed \(seed)")
      let all = (0..<sorted.count).map { ordered[rank: $0 + 1] }
      #expect(all == sorted, "seed \(seed), round \(round)")
    }
  }

  @Test func removingWhatIsNotThereDoesNothing() {
    var ordered = OrderedSamples()
    ordered.remove(1)
    ordered.insert(2)
    ordered.remove(1)
    ordered.remove(3)
    #expect(ordered.count == 1)
    #expect(ordered[rank: 0] == nil)
    #expect(ordered[rank: 2] == nil)
  }
}
