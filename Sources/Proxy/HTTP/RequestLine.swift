/// What goes to the server, in order, some of it held back.
struct RequestLine {
  private struct Entry {
    var content: Parcel.Content
    var due: Duration
    /// When a request came that is held back.
    var delayedSince: Duration?
  }

  private var entries: [Entry] = []
  private(set) var size = 0

  /// Whether nothing is held back.
  var isEmpty: Bool { entries.isEmpty }

  /// When something may go next.
  var due: Duration? { entries.first?.due }

  /// Adds what came now; a delay holds back it, and what comes behind it.
  mutating func append(_ content: Parcel.Content, at now: Duration, delay: Duration? = nil) {
    let due = max(now + (delay ?? .zero), entries.last?.due ?? now)
    let entry = Entry(content: content, due: due, delayedSince: delay.map { _ in now })
    size += Parcel(content, at: now).size
    entries.append(entry)
  }

  /// Lets go what may go, and gives the delays that were made.
  mutating func release(at now: Duration, into output: inout HTTPOutput) {
    let ready = entries.prefix { $0.due <= now }
    for entry in ready {
      let parcel = Parcel(entry.content, at: entry.due)
      size -= parcel.size
      output.upstream.append(parcel)
      if let since = entry.delayedSince { output.delays.append(now - since) }
    }
    entries.removeFirst(ready.count)
  }

  /// Holds nothing back any more.
  mutating func hurry(at now: Duration) {
    for index in entries.indices {
      entries[index].due = now
      // A delay that was cut short is no measure of it.
      entries[index].delayedSince = nil
    }
  }
}
