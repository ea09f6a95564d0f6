import Model

extension FaultRecord {
  /// Opens the fault's window; it has no end until the undo.
  mutating func open(at time: Double) {
    window = Window(start: time, end: .infinity)
  }

  /// Ends the fault's window, if it is still open.
  mutating func close(at time: Double) {
    guard window?.end == .infinity else { return }
    window?.end = time
  }
}

/// A fault on one host, as the record keeps it.
struct FaultKey: Sendable, Hashable {
  var step: Int
  var host: String
}
