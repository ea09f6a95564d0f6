import Model

/// What the simulation draws by chance: the same for the same seed, on every machine.
typealias SeededRandom = SplitMix

extension SplitMix {
  mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.upperBound - range.lowerBound + 1))
  }

  mutating func milliseconds(_ range: ClosedRange<Int>) -> Duration {
    .milliseconds(number(range))
  }

  /// One element; nil of nothing.
  mutating func element<Element>(of elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[Int(next() % UInt64(elements.count))]
  }

  /// A generator of its own for one matter, so that what it draws changes nothing else.
  mutating func branch() -> SeededRandom { SeededRandom(seed: next()) }
}
