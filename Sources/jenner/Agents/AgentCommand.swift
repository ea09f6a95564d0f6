import Glibc
import Model

/// The command that reaches the agent of a host.
enum AgentCommand {
  /// `$JENNER_AGENT` split at spaces, or the `jenner-agent` beside this program.
  static func local() -> [String] {
    if let words = Environment["JENNER_AGENT"]?.split(separator: " ").map(String.init),
      !words.isEmpty
    {
      return words
    }
    let beside = directoryOfThisProgram + "/jenner-agent"
    return [access(beside, X_OK) == 0 ? beside : "jenner-agent"]
  }

  /// The command for a host of an experiment, or for this machine.
  static func of(_ host: String, in experiment: Experiment) -> [String] {
    experiment.hosts.first { $0.name == host }?.command ?? local()
  }

  private static var directoryOfThisProgram: String {
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { return "." }
    let path = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return path.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
  }
}
