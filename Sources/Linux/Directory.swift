internal import Glibc

/// Reading the names in a directory.
enum Directory {
  /// The names in a directory, without `.` and `..`, in no particular order.
  static func entries(of path: String) throws(SystemError) -> [String] {
    guard let directory = opendir(path) else { throw SystemError("read directory \(path)") }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}
