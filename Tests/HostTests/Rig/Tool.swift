import FoundationEssentials
import Glibc
import Testing

/// A program from outside this package that tests run.
enum Tool: String, CaseIterable, Sendable {
  case bash
  case busybox
  case curl
  case dig
  case dnsmasq
  case haproxy
  case nginx
  case initdb
  case postgres
  case prometheus
  case psql
  case redis = "redis-server"
  case ip
  case nft
  case ping
  case podman
  case runc
  case setpriv
  case tc
  case redisClient = "redis-cli"
  case ssh
  case sshd
  case sshKeygen = "ssh-keygen"
  case systemdAnalyze = "systemd-analyze"

  /// Where the program is; daemons are not in every user's PATH.
  var path: String? {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    let folders =
      path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin"]
      + Self.postgresFolders
    return folders.map { "\($0)/\(rawValue)" }.first { access($0, X_OK) == 0 }
  }

  /// Debian keeps the programs of a PostgreSQL server in a folder for each version.
  private static let postgresFolders: [String] = {
    let versions = "/usr/lib/postgresql"
    let found = (try? FileManager.default.contentsOfDirectory(atPath: versions)) ?? []
    return found.sorted().reversed().map { "\(versions)/\($0)/bin" }
  }()

  /// Where the program is; for tests that need it.
  func required() throws -> String {
    guard let path else { throw MissingTool(name: rawValue) }
    return path
  }
}

/// A test can't run here, and how that is mended.
struct MissingTool: Error, CustomStringConvertible {
  var name: String

  var description: String { "\(name) is not installed; get it with scripts/install-tools" }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test, and says so, where a tool is missing; with `CI` set that is a failure.
  static func needs(_ tools: Tool...) -> Self {
    .enabled {
      guard let missing = tools.first(where: { $0.path == nil }) else { return true }
      let problem = MissingTool(name: missing.rawValue)
      guard getenv("CI") == nil else { throw problem }
      print("SKIPPED: \(problem)")
      return false
    }
  }
}
