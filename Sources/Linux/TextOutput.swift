internal import Glibc

/// Writing a text whole, wherever its reader is.
public enum TextOutput {
  /// Writes all of a text to a descriptor; waits for a slow reader, also where the descriptor does not.
  ///
  /// Fails with EPIPE where the reader has gone, which takes that SIGPIPE is ignored.
  public static func write(_ text: String, to descriptor: Int32) throws(SystemError) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes.removeFirst(count)
        continue
      }
      let error = SystemError("write to descriptor \(descriptor)", code: count < 0 ? errno : EIO)
      switch error.code {
      case EINTR: continue
      case EAGAIN:
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&wanted, 1, -1)
      default: throw error
      }
    }
  }
}
