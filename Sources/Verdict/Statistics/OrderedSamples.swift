/// Numbers kept in order while they come and go, as a window slides over them.
///
/// A list of short sorted runs: adding, removing and finding the k-th cost a few hundred moves at
/// most, for windows of a dozen samples and of millions alike.
struct OrderedSamples: Sendable {
  private var runs: [[Double]] = []
  private(set) var count = 0

  private static let longestRun = 512

  /// The number of a rank, counted from one.
  subscript(rank rank: Int) -> Double? {
    guard rank >= 1, rank <= count else { return nil }
    var left = rank - 1
    for run in runs {
      if left < run.count { return run[left] }
      left -= run.count
    }
    return nil
  }

  var least: Double? { runs.first?.first }
  var greatest: Double? { runs.last?.last }

  /// Adds a number; NaN has no place in an order and must not come here.
  mutating func insert(_ number: Double) {
    count += 1
    guard !runs.isEmpty else {
      runs.append([number])
      return
    }
    let index = min(
      Self.first(runs.count) { runs[$0][runs[$0].count - 1] >= number }, runs.count - 1)
    let place = Self.first(runs[index].count) { runs[index][$0] >= number }
    runs[index].insert(number, at: place)
    if runs[index].count > Self.longestRun {
      let half = runs[index].count / 2
      runs.insert(Array(runs[index][half...]), at: index + 1)
      runs[index].removeSubrange(half...)
    }
  }

  /// Removes one occurrence of a number that was added.
  mutating func remove(_ number: Double) {
    let index = Self.first(runs.count) { runs[$0][runs[$0].count - 1] >= number }
    guard index < runs.count else { return }
    let place = Self.first(runs[index].count) { runs[index][$0] >= number }
    guard runs[index][place] == number else { return }
    count -= 1
    runs[index].remove(at: place)
    if runs[index].isEmpty { runs.remove(at: index) }
  }

  /// The first index for which a monotonic predicate holds, or `count`.
  private static func first(_ count: Int, where holds: (Int) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
