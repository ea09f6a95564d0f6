/// A queue in the order of time, for what arrives almost in order.
///
/// Adding at the end and removing at the start take constant time, amortised; what arrives late is
/// moved back by as many places as it is late.
struct TimedQueue<Element: Sendable>: Sendable {
  private var entries: [(time: Double, element: Element)] = []
  private var head = 0

  var count: Int { entries.count - head }
  var isEmpty: Bool { head == entries.count }
  var first: (time: Double, element: Element)? { isEmpty ? nil : entries[head] }
  var last: (time: Double, element: Element)? { isEmpty ? nil : entries[entries.count - 1] }

  mutating func insert(_ element: Element, at time: Double) {
    var place = entries.count
    while place > head, entries[place - 1].time > time { place -= 1 }
    entries.insert((time, element), at: place)
  }

  mutating func removeFirst() -> Element? {
    guard !isEmpty else { return nil }
    let element = entries[head].element
    head += 1
    // Moving the rest only when half is gone keeps the cost of one removal constant.
    if head > 32, head * 2 > entries.count {
      entries.removeSubrange(..<head)
      head = 0
    }
    return element
  }
}
