import Glibc

/// The part that a process plays in a run, told by its command line when it is executed.
enum Role: String, Codable, CaseIterable {
  case runner
  case agent
  case guardian
  /// Holds a fault for as long as it lives.
  case holder
  /// `jenner-agent recover`, which an agent starts before it begins.
  case recover
  /// A child of the agent between its start and its execution of a program.
  case launched

  /// The role of a process that has just been executed; nil if it is none of ours.
  static func of(_ pid: Int32) -> Role? {
    var name = [UInt8](repeating: 0, count: 4096)
    let length = readlink("/proc/\(pid)/exe", &name, name.count)
    guard length > 0 else { return nil }
    let executable = String(decoding: name[..<length], as: UTF8.self)
    let arguments = ProcFile.text("/proc/\(pid)/cmdline")
      .split(separator: "\0", omittingEmptySubsequences: false).dropLast()
    switch executable.split(separator: "/").last {
    case "jenner": return .runner
    case "jenner-agent": return ofAgent(arguments.dropFirst().first.map(String.init))
    default: return nil
    }
  }

  private static func ofAgent(_ argument: String?) -> Role? {
    switch argument {
    case nil: .agent
    case "guardian": .guardian
    case "recover": .recover
    case let argument? where argument.hasPrefix("hold"): .holder
    default: nil
    }
  }
}

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
    var fields: [Substring: Int32] = [:]
    for line in text("/proc/\(thread)/status").split(separator: "\n") {
      let parts = line.split(separator: "\t")
      if parts.count == 2, let number = Int32(parts[1]) { fields[parts[0]] = number }
    }
    guard let process = fields["Tgid:"], let parent = fields["PPid:"] else { return nil }
    return (process, parent)
  }
}
