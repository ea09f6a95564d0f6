import Glibc
import Model

/// What /proc says of this machine's processes; written apart from the code under test.
enum ProcessTable {
  /// A process as far as tests need it.
  struct Entry: Sendable, Hashable {
    var identity: ProcessIdentity
    var parent: Int32
    /// The state letter of proc_pid_stat(5).
    var state: Character
    var arguments: [String]

    var pid: Int32 { identity.pid }
    /// The process in one line.
    var shown: String { "process \(pid) in state \(state): \(arguments.joined(separator: " "))" }
    /// The last component of the first argument.
    var program: String {
      arguments.first?.split(separator: "/").last.map(String.init) ?? ""
    }
  }

  /// Every process, threads left out.
  static func all() -> [Entry] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var entries: [Entry] = []
    while let found = readdir(folder) {
      let name = withUnsafeBytes(of: found.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let pid = Int32(name), let entry = entry(of: pid) { entries.append(entry) }
    }
    return entries
  }

  /// One process; nil if there is none of that id.
  static func entry(of pid: Int32) -> Entry? {
    // The name in parentheses may hold anything, so the fields are counted after its end.
    guard let text = contents(of: "/proc/\(pid)/stat"), let end = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 19, let state = fields[0].first, let parent = Int32(fields[1]),
      let start = UInt64(fields[19])
    else { return nil }
    return Entry(
      identity: ProcessIdentity(pid: pid, startTime: start), parent: parent, state: state,
      arguments: words(of: "/proc/\(pid)/cmdline"))
  }

  /// The state letter of a process; nil if there is none of that id.
  static func state(of pid: Int32) -> Character? { entry(of: pid)?.state }

  /// Whether a signal or a tracer keeps a process from running.
  static func isStopped(_ pid: Int32) -> Bool { ["T", "t"].contains(state(of: pid)) }

  /// Whether a process is still the one named, and more than an exit status that nobody has read.
  static func isAlive(_ process: ProcessIdentity) -> Bool {
    guard let entry = entry(of: process.pid) else { return false }
    return entry.identity == process && entry.state != "Z" && entry.state != "X"
  }

  /// The environment that a process was started with; empty where it may not be read.
  static func environment(of pid: Int32) -> [String] { words(of: "/proc/\(pid)/environ") }

  /// The path of a process's executable.
  static func executable(of pid: Int32) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/\(pid)/exe", &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The children of a process.
  static func children(of pid: Int32) -> [Entry] { all().filter { $0.parent == pid } }

  private static func words(of path: String) -> [String] {
    (contents(of: path) ?? "").split(separator: "\0").map(String.init)
  }

  private static func contents(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while bytes.count < 1 << 20 {
      let count = read(descriptor, &chunk, chunk.count)
      guard count > 0 else { break }
      bytes += chunk.prefix(count)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
