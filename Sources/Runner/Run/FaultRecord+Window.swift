import Model

extension FaultRecord {
  /// Opens the fault's window; it has no end until the undo.
  mutating func open(at time: Double) {
    window = Window(start: time, end: .infinity)
  }

  /// Whether the fault's window has begun and has no end yet.
  var isOpen: Bool { window?.end == .infinity }

  /// Ends the fault's window, if it is still open.
  mutating func close(at time: Double) {
    guard isOpen else { return }
    window?.end = time
    window = window?.recorded
  }
}

extension Window {
  /// The window to the microsecond, as the times of samples are recorded; so that a sample at its very
  /// edge is on the same side when the record is read again.
  var recorded: Window {
    Window(start: (start * 1e6).rounded() / 1e6, end: (end * 1e6).rounded() / 1e6)
  }
}

/// A fault on one host, as the record keeps it.
struct FaultKey: Sendable, Hashable {
  var step: Int
  var host: String
}
