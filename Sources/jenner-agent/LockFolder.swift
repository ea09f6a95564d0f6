internal import Glibc
internal import Linux

/// The directory of locks, which every user of the machine shares.
///
/// It is in a directory that anyone may write to, so whoever comes first makes it. Only one that
/// belongs to root or to this user is believed: its owner could exchange what is in it.
enum LockFolder {
  static let path = "/run/lock/jenner"
  private static let mode: UInt32 = 0o1777

  /// Makes it, or checks it; root takes one over that another user made.
  static func prepare() throws(SystemError) {
    if let isOurs = try inspect(), isOurs { return }
    try Directory.make(path, mode: mode)
    guard try inspect() ?? false else {
      throw SystemError("use \(path), which belongs to another user", code: EPERM)
    }
  }

  /// Whether it is there and belongs to root or this user.
  static var isTrusted: Bool { ((try? inspect()) ?? nil) ?? false }

  /// Whether a file in it can be believed: an ordinary one of root or this user, to which nobody else
  /// can write and which has no other name.
  static func isTrusted(_ file: String) -> Bool {
    var status = stat()
    guard lstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
    return (status.st_uid == 0 || status.st_uid == geteuid()) && status.st_nlink == 1
      && status.st_mode & (S_IWGRP | S_IWOTH) == 0
  }

  /// Whether it belongs to root or this user; nil if it is not there.
  private static func inspect() throws(SystemError) -> Bool? {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard folder >= 0 else {
      if errno == ENOENT { return nil }
      throw SystemError("open \(path)")
    }
    defer { close(folder) }
    var status = stat()
    guard fstat(folder, &status) == 0 else { throw SystemError("inspect \(path)") }
    if status.st_uid == 0 || status.st_uid == geteuid() { return true }
    return geteuid() == 0 && fchown(folder, 0, 0) == 0 && fchmod(folder, mode) == 0
  }
}
