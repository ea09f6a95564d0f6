internal import CLinux
internal import Glibc

/// An exclusive lock on a file, held until this object goes or its process ends: flock(2).
///
/// The descriptor is close-on-exec, so no child keeps the lock beyond its holder.
public final class FileLock {
  public let path: String
  private let descriptor: Int32

  /// Takes the lock; nil if another holds it.
  ///
  /// The file is made if it is not there. If it was replaced meanwhile the lock would be on a file
  /// that nobody else sees, so it is checked and tried again.
  public init?(path: String, mode: UInt32 = 0o600) throws(SystemError) {
    for _ in 0..<100 {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode)
      guard descriptor >= 0 else { throw SystemError("open lock \(path)") }
      guard jenner_lock(descriptor, false) == 0 else {
        let error = SystemError("lock \(path)")
        close(descriptor)
        if error.code == EWOULDBLOCK { return nil }
        throw error
      }
      if Self.isSameFile(descriptor, path) {
        self.descriptor = descriptor
        self.path = path
        return
      }
      close(descriptor)
    }
    throw SystemError("lock \(path), which keeps being replaced", code: EBUSY)
  }

  deinit {
    close(descriptor)
  }

  /// Replaces the file's text, which tells others who holds the lock.
  public func write(_ text: String) throws(SystemError) {
    let bytes = Array(text.utf8)
    let count = pwrite(descriptor, bytes, bytes.count, 0)
    guard count == bytes.count, ftruncate(descriptor, off_t(count)) == 0 else {
      throw SystemError("write lock \(path)")
    }
  }

  /// Removes the file while the lock is held; the lock itself ends with this object.
  public func removeFile() {
    unlink(path)
  }

  private static func isSameFile(_ descriptor: Int32, _ path: String) -> Bool {
    var held = stat()
    var named = stat()
    return fstat(descriptor, &held) == 0 && lstat(path, &named) == 0
      && held.st_ino == named.st_ino && held.st_dev == named.st_dev
  }
}
