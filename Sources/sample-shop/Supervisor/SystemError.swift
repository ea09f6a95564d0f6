import Glibc

/// A system call that failed, and why.
struct SystemError: Error, CustomStringConvertible {
  var call: String
  var status: Int32

  /// Makes the error of the call that failed just now.
  init(_ call: String) {
    self.call = call
    status = errno
  }

  var description: String { "\(call): \(String(cString: strerror(status)))" }
}
