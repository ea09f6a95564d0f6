public import Glibc

/// A system call that failed: what was tried, and why it failed.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was tried, such as `open /run/lock/jenner`.
  public var action: String
  /// The number of errno(3).
  public var code: Int32

  /// Makes an error; by default with the current errno.
  public init(_ action: String, code: Int32 = errno) {
    self.action = action
    self.code = code
  }

  /// The reason alone, such as `Permission denied`.
  public var reason: String { Self.reason(code) }

  /// What was tried and why it failed.
  public var description: String { "\(action): \(reason)" }

  /// The text of an errno, by strerror_r(3), which threads may call at once.
  public static func reason(_ code: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      guard let base = buffer.baseAddress, strerror_r(code, base, buffer.count) == 0 else {
        return "error \(code)"
      }
      return String(cString: base)
    }
  }
}
