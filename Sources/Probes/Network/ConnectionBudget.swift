internal import Glibc
internal import NIOCore
internal import Synchronization

/// Bounds the connections of this program by its limit of file descriptors.
///
/// A server that hangs collects an open connection for each observation in flight. A program that has
/// no descriptor left can't journal, can't start a command, and is ended by libdispatch, whose thread
/// monitor takes a file that can't be opened for a defect (measured: SIGILL).
final class ConnectionBudget: Sendable {
  /// The budget of the program: three quarters of its descriptors.
  static let shared = ConnectionBudget(limit: descriptorLimit() / 4 * 3)

  private let limit: Int
  private let open = Atomic<Int>(0)

  /// Makes a budget of its own.
  init(limit: Int) {
    self.limit = limit
  }

  /// Why no connection may be opened now; nil if one may.
  var refusal: NoAnswer? {
    guard open.load(ordering: .relaxed) >= limit else { return nil }
    return .noData("limit of \(limit) open connections reached: raise ulimit -n, or ask less often")
  }

  /// Counts a channel until it is closed.
  func count(_ channel: any Channel) {
    count(until: channel.closeFuture)
  }

  /// Counts one more connection until something has happened.
  func count(until end: EventLoopFuture<some Any>) {
    open.add(1, ordering: .relaxed)
    end.whenComplete { _ in self.open.subtract(1, ordering: .relaxed) }
  }

  /// The soft limit of getrlimit(2); a usual one where it can't be read.
  private static func descriptorLimit() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
    return Int(clamping: limit.rlim_cur)
  }
}
