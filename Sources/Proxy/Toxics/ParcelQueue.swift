/// Parcels in the order in which they came, each with the time at which it may go.
struct ParcelQueue {
  private var entries: [(parcel: Parcel, due: Duration)] = []
  private var head = 0
  /// What all of them count for where memory is limited.
  private(set) var size = 0

  /// Whether nothing waits.
  var isEmpty: Bool { head == entries.count }

  /// The parcel that goes next.
  var first: Parcel? { isEmpty ? nil : entries[head].parcel }

  /// When the next one may go.
  var due: Duration? { isEmpty ? nil : entries[head].due }

  /// Adds a parcel; it never goes before one that came earlier.
  mutating func append(_ parcel: Parcel, due: Duration) {
    let due = isEmpty ? due : max(due, entries[entries.count - 1].due)
    entries.append((parcel, due))
    size += parcel.size
  }

  /// Takes the first parcel.
  @discardableResult
  mutating func removeFirst() -> Parcel? {
    guard let parcel = first else { return nil }
    head += 1
    size -= parcel.size
    if isEmpty {
      entries.removeAll(keepingCapacity: entries.count < 64)
      head = 0
    } else if head >= 64, head * 2 >= entries.count {
      entries.removeFirst(head)
      head = 0
    }
    return parcel
  }

  /// Takes the first parcel if it may go, with the time at which it was due.
  mutating func next(at now: Duration) -> Parcel? {
    guard let due, due <= now else { return nil }
    return removeFirst()?.at(due)
  }

  /// Takes all, as they came.
  mutating func removeAll() -> [Parcel] {
    defer { self = ParcelQueue() }
    return entries[head...].map(\.parcel)
  }
}
