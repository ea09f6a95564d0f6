import Glibc

/// Files of /proc and of cgroups, which are small and change while they are read.
enum ProcFile {
  /// Its text; empty if it can't be read.
  static func text(_ path: String) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = read(descriptor, &part, part.count)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += part[..<count]
    }
  }

  /// The process that a thread belongs to, and that one's parent; nil if it has ended.
  static func family(ofThread thread: Int32) -> (process: Int32, parent: Int32)? {
    let fields = numbers(ofThread: thread)
    guard let process = fields["Tgid:"], let parent = fields["PPid:"] else { return nil }
    return (process, parent)
  }

  /// The processes that a process traces.
  static func tracees(of tracer: Int32) -> [Int32] {
    names(in: "/proc").compactMap { Int32($0) }
      .filter { numbers(ofThread: $0)["TracerPid:"] == tracer }
  }

  /// The names in a folder; none if it can't be read.
  static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  /// What a thread's status says in numbers.
  private static func numbers(ofThread thread: Int32) -> [Substring: Int32] {
    var fields: [Substring: Int32] = [:]
    for line in text("/proc/\(thread)/status").split(separator: "\n") {
      let parts = line.split(separator: "\t")
      if parts.count == 2, let number = Int32(parts[1]) { fields[parts[0]] = number }
    }
    return fields
  }
}
