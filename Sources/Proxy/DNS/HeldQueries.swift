internal import Linux
internal import Model

/// A query that a rule delays.
struct HeldQuery {
  var query: NameQuery
  var transport: Transport
  var rule: NameRule
  var since: Duration
  var reply: Reply
}

/// The queries that rules delay, each with its timer.
final class HeldQueries {
  private let loop: EventLoop
  private var queries: [UInt64: (query: HeldQuery, timer: EventLoop.Timer)] = [:]
  private var lastNumber: UInt64 = 0
  /// The bytes of all of them.
  private(set) var size = 0

  init(on loop: EventLoop) {
    self.loop = loop
  }

  var count: Int { queries.count }

  /// Keeps a query for a time, and then hands it over.
  func hold(_ query: HeldQuery, for delay: Duration, then: @escaping (HeldQuery) -> Void) {
    lastNumber += 1
    let number = lastNumber
    size += query.query.bytes.count
    let timer = loop.schedule(after: delay) { [weak self] in
      if let query = self?.take(number) { then(query) }
    }
    queries[number] = (query, timer)
  }

  /// Takes those out whose rule meets a condition, in the order in which they came.
  func takeAll(where condition: (NameRule) -> Bool) -> [HeldQuery] {
    queries.filter { condition($0.value.query.rule) }.keys.sorted().compactMap { take($0) }
  }

  /// Forgets all of them.
  func dropAll() {
    _ = takeAll { _ in true }
  }

  private func take(_ number: UInt64) -> HeldQuery? {
    guard let entry = queries.removeValue(forKey: number) else { return nil }
    loop.cancel(entry.timer)
    size -= entry.query.query.bytes.count
    return entry.query
  }
}
