/// A port of the worker's loopback device that answers, which is all that an experiment needs to hold.
///
/// The kernel makes the connections; a probe that started a process would take longer and make runs
/// differ.
struct OpenPort {
  static let number: UInt16 = 4242
  private let socket: LoopbackSocket

  init() throws { socket = try LoopbackSocket(.stream, port: Self.number) }

  /// Closes the connections of the last run.
  func drain() { socket.drain() }
}
