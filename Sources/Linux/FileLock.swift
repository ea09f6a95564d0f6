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
  public init?(path: String, mode: UInt32) throws(SystemError) {
    for _ in 0..<100 {
      guard let descriptor = try Self.open(path, mode) else { continue }
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

  /// Whether somebody holds the lock of a file; nil if there is no such file, or it may not be read.
  ///
  /// The question is a shared lock for an instant, so that several may ask at once.
  public static func isHeld(_ path: String) -> Bool? {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    if jenner_lock_shared(descriptor) == 0 { return false }
    return errno == EWOULDBLOCK
  }

  /// The process that holds the lock of a file, by /proc/locks: proc_locks(5); nil if none does, or if
  /// it can't be told, as where the process is of another pid namespace.
  public static func holder(of path: String) -> Int32? {
    var status = stat()
    return lstat(path, &status) == 0 ? holder(of: status) : nil
  }

  static func holder(of status: stat) -> Int32? {
    guard let bytes = try? FileContents.bytes(of: "/proc/locks", limit: 16 << 20) else {
      return nil
    }
    let device = UInt64(status.st_dev)
    // As makedev(3) puts both numbers together.
    let major = (device >> 8) & 0xfff | (device >> 32) & ~0xfff
    let minor = device & 0xff | (device >> 12) & ~0xff
    return holder(
      in: String(decoding: bytes, as: UTF8.self), major: major, minor: minor,
      inode: UInt64(status.st_ino))
  }

  /// Reads lines such as `1: FLOCK  ADVISORY  WRITE 4242 fe:00:16220232 0 EOF`.
  static func holder(in table: String, major: UInt64, minor: UInt64, inode: UInt64) -> Int32? {
    for line in table.split(separator: "\n") {
      let words = line.split(separator: " ")
      // Those who wait have an arrow before the kind.
      guard words.count >= 6, words[1] == "FLOCK", words[3] == "WRITE", let pid = Int32(words[4]),
        pid > 0
      else { continue }
      let file = words[5].split(separator: ":")
      if file.count == 3, UInt64(file[0], radix: 16) == major, UInt64(file[1], radix: 16) == minor,
        UInt64(file[2]) == inode
      {
        return pid
      }
    }
    return nil
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

  /// Opens the file or makes it; nil if it went or came in between.
  ///
  /// In two steps, because in a sticky directory the kernel refuses O_CREAT on another user's file
  /// (protected_regular of proc_sys_fs(5)).
  private static func open(_ path: String, _ mode: UInt32) throws(SystemError) -> Int32? {
    let flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
    let existing = Glibc.open(path, flags)
    if existing >= 0 { return existing }
    guard errno == ENOENT else { throw SystemError("open lock \(path)") }
    let made = Glibc.open(path, flags | O_CREAT | O_EXCL, mode)
    if made >= 0 {
      // The umask must not keep other users from locking the same target.
      _ = fchmod(made, mode)
      return made
    }
    if errno == EEXIST { return nil }
    throw SystemError("make lock \(path)")
  }

  private static func isSameFile(_ descriptor: Int32, _ path: String) -> Bool {
    var held = stat()
    var named = stat()
    return fstat(descriptor, &held) == 0 && lstat(path, &named) == 0
      && held.st_ino == named.st_ino && held.st_dev == named.st_dev
  }
}
