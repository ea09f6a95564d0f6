internal import Model

/// Runs the programs that show the state of a host, side by side, each within limits.
final class StateTools {
  /// A program, where it comes from, and what it needs.
  struct Tool: Hashable {
    var name: String
    var package: String
    var capability: String?

    static let nft = Tool(name: "nft", package: "nftables", capability: "cap_net_admin")
    static let ip = Tool(name: "ip", package: "iproute2")
    static let tc = Tool(name: "tc", package: "iproute2")
  }

  /// A tool with its arguments.
  struct Call: Hashable {
    var tool: Tool
    var arguments: [String]

    init(_ tool: Tool, _ arguments: String...) {
      self.tool = tool
      self.arguments = arguments
    }
  }

  private let loop: EventLoop
  private let runner: CommandRunner
  private var results: [Call: CommandResult] = [:]
  private var started: Set<Call> = []

  /// One that hangs must leave time for the others.
  private static let timeout: Duration = .seconds(2)
  private static let outputLimit = 8 << 20

  init() throws(SystemError) {
    loop = try EventLoop()
    runner = CommandRunner(loop: loop, exactCapabilities: false)
  }

  /// Starts tools whose output is wanted later.
  func start(_ calls: [Call]) {
    for call in calls where started.insert(call).inserted {
      var command = Command(argv: [call.tool.name] + call.arguments, timeout: Self.timeout)
      // The tools of administrators are not in every user's PATH.
      command.environment = ["PATH": CommandEnvironment.standardPath, "HOME": "/"]
      runner.run(command, for: .probe, outputLimit: Self.outputLimit) { [unowned self] in
        results[call] = $0
        loop.stop()
      }
    }
  }

  /// What a tool prints; waits for it.
  func output(of call: Call) throws(Unseen) -> String {
    start([call])
    while results[call] == nil { loop.run() }
    return try Self.output(of: call.tool, results[call] ?? CommandResult(ending: .timedOut))
  }

  /// The elements of the JSON array that a tool prints.
  func elements(of call: Call) throws(Unseen) -> [JSON] {
    let text = try output(of: call)
    // Without anything to show, some versions print nothing at all.
    if text.allSatisfy(\.isWhitespace) { return [] }
    guard let elements = JSON(text: text)?.array else {
      throw Unseen("\(call.tool.name) printed something that is no JSON array")
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
      throw Unseen("\(tool.name) \(result.summary)\(words ?? "")", mayPass: true)
    }
  }
}
