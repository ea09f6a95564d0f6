internal import Glibc

/// A connected pair of sockets, for a child that is to be woken.
public struct SocketPair {
  public let ours: Int32
  public let theirs: Int32

  /// Makes a pair; both ends close with an exec.
  public init() throws(SystemError) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemError("make a socket") }
    ours = ends[0]
    theirs = ends[1]
    Pipe.makeNonBlocking(ours)
  }

  /// What has arrived; empty at the end, nil if there is nothing now.
  public static func receive(from socket: Int32) -> [UInt8]? {
    var bytes: [UInt8] = []
    return FileContents.append(from: socket, to: &bytes) == nil && errno == EAGAIN ? nil : bytes
  }

  /// Sends a short text; a peer that is gone is no error.
  public static func send(_ text: String, to socket: Int32) {
    let bytes = Array(text.utf8)
    _ = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }
}
