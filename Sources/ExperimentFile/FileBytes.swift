internal import Glibc

/// Reads a regular file up to a limit; nothing else is opened, so that no FIFO or device can hang us.
public enum FileBytes {
  /// Why a file was not read, and what to do about it.
  public struct Failure: Error, Equatable {
    public var message: String
    public var cure: String?
  }

  /// The bytes of a regular file of at most `limit` bytes.
  public static func read(path: String, limit: Int) throws(Failure) -> [UInt8] {
    // Opening a device may already have an effect, so what it is comes first.
    var facts = stat()
    guard stat(path, &facts) == 0 else { throw Failure(errno: errno, path: path) }
    try requireRegular(facts, limit: limit)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw Failure(errno: errno, path: path) }
    defer { close(descriptor) }
    // And once more for the file that was really opened.
    guard fstat(descriptor, &facts) == 0 else { throw Failure(errno: errno, path: path) }
    try requireRegular(facts, limit: limit)
    return try read(descriptor, limit: limit)
  }

  /// The bytes of standard input, at most `limit`.
  static func readStandardInput(limit: Int) throws(Failure) -> [UInt8] {
    try read(STDIN_FILENO, limit: limit)
  }

  private static func requireRegular(_ facts: stat, limit: Int) throws(Failure) {
    switch facts.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw Failure(message: "this is a directory", cure: "name a file in it")
    case S_IFIFO, S_IFSOCK, S_IFCHR, S_IFBLK:
      throw Failure(
        message: "this is a pipe, socket or device, not a file",
        cure: "write - for standard input")
    default: throw Failure(message: "this is not a regular file")
    }
    if facts.st_size > limit { throw Failure.tooLarge(limit: limit) }
  }

  private static func read(_ descriptor: Int32, limit: Int) throws(Failure) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
      if count == 0 { return bytes }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Failure(errno: errno, path: nil) }
      bytes += chunk.prefix(count)
      if bytes.count > limit { throw Failure.tooLarge(limit: limit) }
    }
  }
}

extension FileBytes.Failure {
  static func tooLarge(limit: Int) -> Self {
    let size = limit < 1 << 20 ? "\(limit >> 10) KiB" : "\(limit >> 20) MiB"
    return Self(message: "larger than the \(size) that are read", cure: "name a smaller file")
  }

  init(errno code: Int32, path: String?) {
    switch code {
    case ENOENT, ENOTDIR, ENAMETOOLONG:
      self.init(message: "there is no such file", cure: "check the path")
    case EACCES, EPERM:
      self.init(message: "permission denied", cure: "make it readable for this user")
    default:
      self.init(message: "could not be read: " + String(cString: strerror(code)))
    }
  }
}
