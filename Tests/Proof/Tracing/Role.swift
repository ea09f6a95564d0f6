import Glibc

/// The part that a process plays in a run, told by its command line when it is executed.
enum Role: String, Codable, CaseIterable {
  case runner
  case agent
  case guardian
  /// Holds a fault for as long as it lives.
  case holder
  /// nft(8) as the owner of a fault's tables, which go with it.
  case rules
  /// `jenner-agent recover`, which an agent starts before it begins.
  case recover
  /// `jenner-agent clear-network`, which removes what a fault on packets leaves inert.
  case clearing
  /// A child of a program of the agent's between its start and its execution of a program.
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
    case "nft": return arguments.dropFirst().first == "-i" ? .rules : nil
    default: return nil
    }
  }

  /// Whether it starts other programs.
  var launches: Bool { [.agent, .guardian, .holder, .recover, .clearing].contains(self) }

  private static func ofAgent(_ argument: String?) -> Role? {
    switch argument {
    case nil: .agent
    case "guardian": .guardian
    case "recover": .recover
    case "clear-network": .clearing
    case let argument? where argument.hasPrefix("hold"): .holder
    default: nil
    }
  }
}
