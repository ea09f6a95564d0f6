/// What is going to happen, by time and, at one time, in the order in which it was planned.
struct EventQueue {
  private struct Entry {
    var time: Duration
    var order: Int
    var action: () -> Void

    func isBefore(_ other: Entry) -> Bool {
      time != other.time ? time < other.time : order < other.order
    }
  }

  /// A binary heap: no entry is before its parent.
  private var heap: [Entry] = []
  private var order = 0

  mutating func add(at time: Duration, _ action: @escaping () -> Void) {
    order += 1
    heap.append(Entry(time: time, order: order, action: action))
    var place = heap.count - 1
    while place > 0, heap[place].isBefore(heap[(place - 1) / 2]) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func next() -> (time: Duration, action: () -> Void)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return (first.time, first.action) }
    heap[0] = last
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && heap[child].isBefore(heap[least]) { least = child }
      guard least != place else { break }
      heap.swapAt(place, least)
      place = least
    }
    return (first.time, first.action)
  }
}
