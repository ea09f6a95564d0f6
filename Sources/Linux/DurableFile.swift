internal import CLinux
internal import Glibc
internal import Model

/// A file to which lines are added for good: what has been appended survives a power cut.
///
/// It is locked for as long as it is open, so that it has one writer; the lock ends with the process.
public final class DurableFile {
  public let path: String
  private let descriptor: Int32

  /// Makes a file that must not be there yet, readable by its user alone.
  public init(creating path: String) throws(SystemError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw SystemError("create \(path)") }
    self.path = path
    guard jenner_lock(descriptor, false) == 0 else { throw SystemError("lock \(path)") }
    try Self.syncFolder(of: path)
  }

  /// Opens a file that is there, without its lock, so only to be read; nil if there is none.
  ///
  /// On a file system that has become read-only it can be read and locked all the same.
  public init?(opening path: String) throws(SystemError) {
    let flags = O_APPEND | O_CLOEXEC | O_NOFOLLOW
    var descriptor = open(path, O_RDWR | flags)
    if descriptor < 0, errno == EROFS { descriptor = open(path, O_RDONLY | flags) }
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw SystemError("open \(path)")
    }
    self.descriptor = descriptor
    self.path = path
  }

  /// Fails unless it belongs to this user, and nobody else may write it.
  public func requirePrivate() throws(SystemError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_uid == geteuid(),
      status.st_mode & (S_IWGRP | S_IWOTH) == 0
    else { throw SystemError("trust \(path), which others than this user can write", code: EPERM) }
  }

  /// Takes the lock, so that it may be written; a lock of another process is waited for.
  ///
  /// Fails with EWOULDBLOCK if the other has not let go after `limit`.
  public func lock(waitingAtMost limit: Duration) throws(SystemError) {
    let deadline = jenner_now() + limit.nanoseconds
    while jenner_lock(descriptor, false) != 0 {
      guard errno == EWOULDBLOCK, jenner_now() < deadline else {
        throw SystemError("lock \(path)")
      }
      usleep(20_000)
    }
  }

  /// Whether another process has the lock of a file.
  public static func isLocked(_ path: String) -> Bool {
    guard let file = try? DurableFile(opening: path) else { return false }
    return jenner_lock(file.descriptor, false) != 0 && errno == EWOULDBLOCK
  }

  /// The process that has the lock, also of a file without a name; nil if none has, or it can't be told.
  public var holder: Int32? {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? FileLock.holder(of: status) : nil
  }

  /// Whether it has no name any more: what is written to it nobody will find.
  public var isRemoved: Bool {
    var held = stat()
    return fstat(descriptor, &held) == 0 && held.st_nlink == 0
  }

  deinit {
    close(descriptor)
  }

  /// Everything in it, at most `limit` bytes.
  public func contents(limit: Int) throws(SystemError) -> [UInt8] {
    try FileContents.bytes(of: "/proc/self/fd/\(descriptor)", limit: limit)
  }

  /// Adds bytes; they are on the disk when it returns.
  ///
  /// After a failure the file is as it was before, or ends with a part of them.
  public func append(_ bytes: [UInt8]) throws(SystemError) {
    guard !isRemoved else { throw SystemError("write \(path), which was removed", code: ENOENT) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SystemError("write \(path)") }
      rest.removeFirst(count)
    }
    guard fsync(descriptor) == 0 else { throw SystemError("write \(path) to the disk") }
  }

  /// Its length in bytes.
  public func length() throws(SystemError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw SystemError("measure \(path)") }
    return Int(status.st_size)
  }

  /// Cuts it to a length in bytes.
  public func truncate(to length: Int) throws(SystemError) {
    guard ftruncate(descriptor, off_t(length)) == 0, fsync(descriptor) == 0 else {
      throw SystemError("truncate \(path)")
    }
  }

  /// Removes it, for good.
  public func remove() throws(SystemError) {
    guard unlink(path) == 0 || errno == ENOENT else { throw SystemError("remove \(path)") }
    try Self.syncFolder(of: path)
  }

  /// Replaces a file's content at once: whoever opens it sees the old or the new, also after a power
  /// cut.
  public static func replace(
    _ path: String, with bytes: [UInt8], mode: UInt32
  ) throws(SystemError) {
    let temporary = "\(path).\(getpid()).new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
    guard descriptor >= 0 else { throw SystemError("create \(temporary)") }
    defer { close(descriptor) }
    let isWritten =
      write(descriptor, bytes, bytes.count) == bytes.count && fchmod(descriptor, mode) == 0
      && fsync(descriptor) == 0 && rename(temporary, path) == 0
    guard isWritten else {
      let error = SystemError("write \(path)")
      unlink(temporary)
      throw error
    }
    try syncFolder(of: path)
  }

  /// A name in a directory is on the disk only once the directory is.
  static func syncFolder(of path: String) throws(SystemError) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError("open directory \(folder)") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
      throw SystemError("write directory \(folder) to the disk")
    }
  }
}
