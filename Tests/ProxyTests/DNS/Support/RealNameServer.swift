import ChildProcess
import Glibc
import Model
import Testing

@testable import Proxy

/// A program of the system that the tests of the resolver run.
enum NameTool: String, Sendable {
  case dnsmasq
  case dig

  /// Where it is; servers are not in every user's PATH.
  var path: String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin"]
    return folders.map { "\($0)/\(rawValue)" }.first { access($0, X_OK) == 0 }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test, and says so, where a program is missing; with `CI` set that is a failure.
  static func needs(_ tools: NameTool...) -> Self {
    .enabled {
      guard let missing = tools.first(where: { $0.path == nil }) else { return true }
      let problem = "\(missing.rawValue) is not installed; get it with scripts/install-tools"
      guard getenv("CI") == nil else { throw MissingNameTool(description: problem) }
      print("SKIPPED: \(problem)")
      return false
    }
  }
}

/// A test can't run here, and how that is mended.
struct MissingNameTool: Error, CustomStringConvertible {
  var description: String
}

/// A dnsmasq that knows some names of its own and asks nobody.
final class RealNameServer: Sendable {
  let endpoint: IPEndpoint
  private let process: ChildProcess

  init(records: [String]) async throws {
    endpoint = try LoopbackPort.closed()
    var launch = Launch(
      [
        try #require(NameTool.dnsmasq.path), "--keep-in-foreground", "--conf-file=/dev/null",
        "--no-resolv", "--no-hosts", "--pid-file=", "--user=\(Self.user)", "--bind-interfaces",
        "--listen-address=\(endpoint.address)", "--port=\(endpoint.port)", "--local=/#/",
      ] + records)
    launch.errors = .null
    process = try launch.start()
    let client = try NameClient(to: endpoint, wait: 100)
    for _ in 0..<100 {
      if client.ask(NameMessage.query("ready.test")) != nil { return }
      try #require(process.ending == nil, "dnsmasq ended")
      try await Task.sleep(for: .milliseconds(20))
    }
    throw MissingNameTool(description: "dnsmasq does not answer")
  }

  deinit {
    process.send(SIGKILL)
  }

  private static var user: String {
    getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "nobody"
  }
}

/// The client of BIND, which many people trust.
enum Dig {
  /// What dig prints.
  static func ask(_ endpoint: IPEndpoint, _ arguments: String...) async throws -> String {
    try await ask(endpoint, arguments)
  }

  static func ask(_ endpoint: IPEndpoint, _ arguments: [String]) async throws -> String {
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    defer { close(ends[0]) }
    var launch = Launch(
      [
        try #require(NameTool.dig.path), "@\(endpoint.address)", "-p", "\(endpoint.port)",
        "+time=2", "+tries=1",
      ] + arguments)
    launch.output = .descriptor(ends[1])
    let process = try launch.start()
    close(ends[1])
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = read(ends[0], &chunk, chunk.count), count > 0 {
      text += chunk.prefix(count)
    }
    _ = await process.end()
    return String(decoding: text, as: UTF8.self)
  }
}
