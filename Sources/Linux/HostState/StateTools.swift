internal import Model

/// Runs the programs that show the state of a host, one after the other, each within limits.
final class StateTools {
  /// A program, where it comes from, and what it needs.
  struct Tool {
    var name: String
    var package: String
    var capability: String?

    static let nft = Tool(name: "nft", package: "nftables", capability: "cap_net_admin")
    static let ip = Tool(name: "ip", package: "iproute2")
    static let tc = Tool(name: "tc", package: "iproute2")
  }

  private let loop: EventLoop
  private let runner: CommandRunner

  /// One that hangs must leave time for the others.
  private static let timeout: Duration = .seconds(2)
  private static let outputLimit = 8 << 20

  init() throws(SystemError) {
    loop = try EventLoop()
    runner = CommandRunner(loop: loop, exactCapabilities: false)
  }

  /// What a tool prints.
  func output(of tool: Tool, _ arguments: [String]) throws(Unseen) -> String {
    var command = Command(argv: [tool.name] + arguments, timeout: Self.timeout)
    // The tools of administrators are not in every user's PATH.
    command.environment = ["PATH": CommandEnvironment.standardPath, "HOME": "/"]
    var result = CommandResult(ending: .timedOut)
    runner.run(command, for: .probe, outputLimit: Self.outputLimit) { [loop] in
      result = $0
      loop.stop()
    }
    loop.run()
    return try Self.output(of: tool, result)
  }

  /// The elements of the JSON array that a tool prints.
  func elements(of tool: Tool, _ arguments: [String]) throws(Unseen) -> [JSON] {
    let text = try output(of: tool, arguments)
    // Without anything to show, some versions print nothing at all.
    if text.allSatisfy(\.isWhitespace) { return [] }
    guard let elements = JSON(text: text)?.array else {
      throw Unseen("\(tool.name) printed something that is no JSON array")
    }
    return elements
  }

  /// What a tool printed, or why that is nothing to go by.
  static func output(of tool: Tool, _ result: CommandResult) throws(Unseen) -> String {
    switch result.ending {
    case .exited(0) where result.output.utf8.count >= outputLimit:
      throw Unseen("\(tool.name) prints more than \(outputLimit >> 20) MiB")
    case .exited(0): return result.output
    case .notStarted:
      throw Unseen("\(tool.name) can't be run; install the package \(tool.package)")
    default:
      if let capability = tool.capability, result.errors.contains("not permitted") {
        throw Unseen("\(tool.name) is not permitted to read; it needs \(capability)")
      }
      let words = result.errors.split(separator: "\n").first.map { ": \(String($0).limited)" }
      throw Unseen("\(tool.name) \(result.summary)\(words ?? "")")
    }
  }
}
