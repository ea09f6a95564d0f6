internal import Glibc

/// Directories: the names in them, and making them.
public enum Directory {
  /// The names in a directory, without `.` and `..`, in no particular order.
  public static func entries(of path: String) throws(SystemError) -> [String] {
    try entries(of: path) { _ in true }
  }

  /// The names of the directories in a directory; none if it can't be read.
  ///
  /// File systems that don't tell the type of an entry, which those of the kernel do, show none.
  static func folders(in path: String) -> [String] {
    (try? entries(of: path) { $0 == DT_DIR }) ?? []
  }

  private static func entries(
    of path: String, ofType isMeant: (Int) -> Bool
  ) throws(SystemError) -> [String] {
    guard let directory = opendir(path) else { throw SystemError("read directory \(path)") }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      guard isMeant(Int(entry.pointee.d_type)) else { continue }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Makes a directory, and those above it, unless it is there; `mode` is for what is made.
  ///
  /// A mode beyond the umask, such as 1777, is set explicitly.
  public static func make(_ path: String, mode: UInt32) throws(SystemError) {
    if try makeOne(path, mode: mode) { return }
    let parts = path.split(separator: "/")
    for count in 1..<max(1, parts.count) {
      let above = parts.prefix(count).joined(separator: "/")
      _ = try makeOne(
        (path.hasPrefix("/") ? "/" : "") + above, mode: mode & 0o1000 != 0 ? 0o755 : mode)
    }
    guard try makeOne(path, mode: mode) else { throw SystemError("make directory \(path)") }
  }

  /// Makes one directory unless it is there; false if the one above it is missing.
  private static func makeOne(_ path: String, mode: UInt32) throws(SystemError) -> Bool {
    if mkdir(path, mode) == 0 {
      guard chmod(path, mode) == 0 else { throw SystemError("set the mode of \(path)") }
      return true
    }
    if errno == EEXIST { return true }
    if errno == ENOENT { return false }
    throw SystemError("make directory \(path)")
  }
}
