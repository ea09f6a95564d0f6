/// Callbacks by time; those of one time run in the order in which they were scheduled.
struct TimerQueue {
  private struct Entry {
    var time: Duration
    var number: UInt64
    var isBefore: (time: Duration, number: UInt64) { (time, number) }
  }

  /// A binary heap; cancelled entries stay until they surface.
  private var heap: [Entry] = []
  private var callbacks: [UInt64: () -> Void] = [:]
  private var lastNumber: UInt64 = 0

  /// Whether nothing is going to be called.
  var isEmpty: Bool { callbacks.isEmpty }

  /// The earliest time that something is due.
  mutating func earliest() -> Duration? {
    while let first = heap.first, callbacks[first.number] == nil { removeFirst() }
    return heap.first?.time
  }

  /// Adds a callback and returns its number.
  mutating func add(at time: Duration, _ callback: @escaping () -> Void) -> UInt64 {
    lastNumber += 1
    callbacks[lastNumber] = callback
    heap.append(Entry(time: time, number: lastNumber))
    var child = heap.count - 1
    while child > 0, heap[child].isBefore < heap[(child - 1) / 2].isBefore {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
    return lastNumber
  }

  /// Forgets a callback; one that has run or was forgotten already is no mistake.
  mutating func cancel(_ number: UInt64) {
    callbacks[number] = nil
  }

  /// Takes the next callback that is due.
  mutating func next(dueAt now: Duration) -> (() -> Void)? {
    guard let time = earliest(), time <= now, let number = heap.first?.number else { return nil }
    removeFirst()
    return callbacks.removeValue(forKey: number)
  }

  private mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var smallest = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].isBefore < heap[smallest].isBefore {
        smallest = child
      }
      if smallest == parent { return }
      heap.swapAt(parent, smallest)
      parent = smallest
    }
  }
}
